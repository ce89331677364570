// Package vertex is a simulated Vertex AI, as far as the multimodal embedding model goes: access tokens for a service account, and
// :predict with texts and pictures.
//
// Its space of meanings is made of words: a text lies where its words lie, a photo of the sandbox (sandbox/props) where the words lie
// that describe it, any other picture where its colours lie. The same input always lies at the same place. It checks tokens, project,
// region, sizes and formats, counts a quota per minute on the clock, and breaks on request ([Sim.Faults], [Sim.Misbehave]).
//
// It does not imitate: video, files in Google's storage, regions' different quotas, several instances in one request (refused).
// It imports sandbox/wire and sandbox/actor. Start reading at [Sim.Handler].
package vertex
