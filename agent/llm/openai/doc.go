// Package openai speaks OpenAI's two wires for agent/llm, over github.com/openai/openai-go/v3: the Responses API, and
// chat completions for the many servers that know only these.
//
// It knows one vendor's wire and the ways in which compatible servers fall short of it; what a server refuses is
// noticed, left out, and remembered. It may import agent/llm, floor 0 and the SDK; never the SDK's NewClient, which
// links every service and reads the environment.
//
// Vendor's pages: https://developers.openai.com/api/reference/resources/responses,
// https://developers.openai.com/api/reference/resources/chat, https://developers.openai.com/docs/guides/error-codes.
//
// Start reading at [Client.GenerateContent], then [Client.send]; responses.go and chat.go are the two wires.
package openai
