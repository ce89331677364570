package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/store/embedded"
)

// Config is everything that the environment says. This file is its only reader.
type Config struct {
	Development bool
	DatabaseURL string
	DataDir     string
	ListenAddr  string
	PublicURL   string
	ConsoleAddr string
	LogFormat   string
	MetricsAddr string
	MediaURL    string

	WhapiBaseURL      string
	WhapiChannels     []ChannelToken
	WhapiWebhookToken string

	TelegramBaseURL       string
	TelegramBotToken      string
	TelegramWebhookSecret string
	TelegramOwners        []int64
	Unclaimed             bool // the sandbox has no owners either: somebody claims it
	TelegramApprovalsChat int64

	Pace        store.Pace
	BurstWindow time.Duration
	BurstCap    time.Duration

	GeminiBaseURL, GeminiAPIKey, GeminiModel string
	OpenAIBaseURL, OpenAIAPIKey, OpenAIModel string
	TriageModel, TranscribeModel             string

	VertexBaseURL, VertexProject, VertexLocation, GoogleCredentials string

	MetaGraphBaseURL, MetaDialogBaseURL, MetaRuploadBaseURL   string
	MetaAppID, MetaAppSecret, MetaAPIVersion, MetaVerifyToken string
	StripeBaseURL, StripeAPIKey, StripeWebhookSecret          string
	PlanfixBaseURL, PlanfixToken, CRMToken                    string
	PlanfixField, PlanfixTemplate                             int64
	CRMPace                                                   time.Duration // between two requests to the CRM, of all processes together
	KeysetURI                                                 string
}

// ChannelToken is one of our WhatsApp numbers with its token at Whapi.
type ChannelToken struct {
	Channel store.Channel
	Token   string
}

// setting is one name of the environment.
type setting struct {
	name    string
	preset  string
	meaning string
	secret  bool
	read    func(c *Config, value string) error
}

// settings is every name that we read, in the order of .env.example.
func settings() []setting {
	text := func(at func(*Config) *string) func(*Config, string) error {
		return func(c *Config, v string) error { *at(c) = v; return nil }
	}
	return []setting{
		{"MARKETA_ENV", "production", "development reads .env and allows http addresses; production allows neither", false, readEnv},
		{"DATABASE_URL", "", "Postgres with pgvector 0.7 or newer; empty: a private one is started", true, text(func(c *Config) *string { return &c.DatabaseURL })},
		{"MARKETA_DATA_DIR", "", "where the private Postgres and media live; empty: the user's data folder", false, text(func(c *Config) *string { return &c.DataDir })},
		{"MEDIA_URL", "", "where clients' files are kept: file:///folder; empty: a folder under MARKETA_DATA_DIR", false, text(func(c *Config) *string { return &c.MediaURL })},
		{"LISTEN_ADDR", "127.0.0.1:8080", "where webhooks are received", false, text(func(c *Config) *string { return &c.ListenAddr })},
		{"PUBLIC_URL", "http://127.0.0.1:8080", "our address as vendors see it; only an https one is registered with them", false, readPublicURL},
		{"CONSOLE_ADDR", "127.0.0.1:8090", "the sandbox's console", false, text(func(c *Config) *string { return &c.ConsoleAddr })},
		{"METRICS_ADDR", "", "where Prometheus finds /metrics, for example 127.0.0.1:9090; empty: nowhere", false, text(func(c *Config) *string { return &c.MetricsAddr })},
		{"LOG_FORMAT", "plain", "plain or gcp", false, oneOf(func(c *Config) *string { return &c.LogFormat }, "plain", "gcp")},
		{"WHAPI_BASE_URL", "https://gate.whapi.cloud", "Whapi.Cloud", false, text(func(c *Config) *string { return &c.WhapiBaseURL })},
		{"WHAPI_CHANNELS", "", "our WhatsApp numbers: company=TOKEN,marketa=TOKEN", true, readChannels},
		{"WHAPI_WEBHOOK_TOKEN", "", "expected in X-Access-Token", true, text(func(c *Config) *string { return &c.WhapiWebhookToken })},
		{"TELEGRAM_BASE_URL", "https://api.telegram.org", "Telegram's Bot API", false, text(func(c *Config) *string { return &c.TelegramBaseURL })},
		{"TELEGRAM_BOT_TOKEN", "", "the managers' bot", true, text(func(c *Config) *string { return &c.TelegramBotToken })},
		{"TELEGRAM_WEBHOOK_SECRET", "", "expected in X-Telegram-Bot-Api-Secret-Token", true, text(func(c *Config) *string { return &c.TelegramWebhookSecret })},
		{"TELEGRAM_OWNERS", "", "Telegram user ids of the owners: 1001,1002; empty: whoever sends the code that is printed at start; none: the same, in the sandbox too", false, readOwners},
		{"TELEGRAM_APPROVALS_CHAT", "", "the group for approval cards; empty: every manager's private chat", false, readChat},
		{"BURST_WINDOW", "8s", "how long a client may pause inside one thought; at most 45s", false, readWindow},
		{"PACE_REPLIES", "20/1m 200/1h", "how many replies one number may send inside open exchanges", false, readRates(func(c *Config) *[]store.Rate { return &c.Pace.Replies })},
		{"PACE_PROACTIVE", "2/1m 10/15m 30/1h 50/24h", "the same for messages to clients who have not written for a day: strict, for they get numbers blocked", false, readRates(func(c *Config) *[]store.Rate { return &c.Pace.Proactive })},
		{"GEMINI_BASE_URL", "https://generativelanguage.googleapis.com", "Gemini", false, text(func(c *Config) *string { return &c.GeminiBaseURL })},
		{"GEMINI_API_KEY", "", "asked first for replies", true, text(func(c *Config) *string { return &c.GeminiAPIKey })},
		{"GEMINI_MODEL", "gemini-3.1-pro-preview", "", false, text(func(c *Config) *string { return &c.GeminiModel })},
		{"OPENAI_BASE_URL", "https://api.openai.com/v1", "OpenAI or any compatible server, a local one too", false, text(func(c *Config) *string { return &c.OpenAIBaseURL })},
		{"OPENAI_API_KEY", "", "asked when Gemini does not answer; may be empty for a local server", true, text(func(c *Config) *string { return &c.OpenAIAPIKey })},
		{"OPENAI_MODEL", "gpt-5.2", "", false, text(func(c *Config) *string { return &c.OpenAIModel })},
		{"TRANSCRIBE_MODEL", "gpt-4o-transcribe", "OpenAI's model that writes voice notes down when Gemini does not", false, text(func(c *Config) *string { return &c.TranscribeModel })},
		{"TRIAGE_MODEL", "gpt-5.4-mini", "OpenAI's model that decides whether a message needs an answer; empty: OPENAI_MODEL", false, text(func(c *Config) *string { return &c.TriageModel })},
		{"VERTEX_BASE_URL", "", "Vertex AI, for the vectors of photos; empty: https://LOCATION-aiplatform.googleapis.com", false, text(func(c *Config) *string { return &c.VertexBaseURL })},
		{"VERTEX_PROJECT", "", "the Google Cloud project; empty: photos are searched by their descriptions only", false, text(func(c *Config) *string { return &c.VertexProject })},
		{"VERTEX_LOCATION", "europe-west3", "a region of ALLOWED_REGIONS", false, text(func(c *Config) *string { return &c.VertexLocation })},
		{"GOOGLE_CREDENTIALS", "", "a service account's key as JSON, or an access token for tests", true, text(func(c *Config) *string { return &c.GoogleCredentials })},
		{"META_GRAPH_BASE_URL", "https://graph.facebook.com", "Meta's Graph API", false, text(func(c *Config) *string { return &c.MetaGraphBaseURL })},
		{"META_DIALOG_BASE_URL", "https://www.facebook.com", "where a client grants access", false, text(func(c *Config) *string { return &c.MetaDialogBaseURL })},
		{"META_RUPLOAD_BASE_URL", "https://rupload.facebook.com", "Meta's uploads", false, text(func(c *Config) *string { return &c.MetaRuploadBaseURL })},
		{"META_APP_ID", "", "of the agency's app at Meta", false, text(func(c *Config) *string { return &c.MetaAppID })},
		{"META_APP_SECRET", "", "", true, text(func(c *Config) *string { return &c.MetaAppSecret })},
		{"META_API_VERSION", "v26.0", "", false, text(func(c *Config) *string { return &c.MetaAPIVersion })},
		{"META_VERIFY_TOKEN", "", "expected when Meta checks the webhook's address", true, text(func(c *Config) *string { return &c.MetaVerifyToken })},
		{"STRIPE_BASE_URL", "https://api.stripe.com", "Stripe", false, text(func(c *Config) *string { return &c.StripeBaseURL })},
		{"STRIPE_API_KEY", "", "", true, text(func(c *Config) *string { return &c.StripeAPIKey })},
		{"STRIPE_WEBHOOK_SECRET", "", "of the webhook endpoint PUBLIC_URL/webhooks/stripe", true, text(func(c *Config) *string { return &c.StripeWebhookSecret })},
		{"PLANFIX_BASE_URL", "", "https://ACCOUNT.planfix.com/rest; empty: no CRM", false, text(func(c *Config) *string { return &c.PlanfixBaseURL })},
		{"PLANFIX_TOKEN", "", "", true, text(func(c *Config) *string { return &c.PlanfixToken })},
		{"PLANFIX_FIELD_RESTAURANT_ID", "", "the number of a custom field (line) of tasks that holds our reference; empty: tasks are linked, never made", false, number(func(c *Config) *int64 { return &c.PlanfixField })},
		{"PLANFIX_TEMPLATE_ID", "", "the number of the template of new tasks; empty: none", false, number(func(c *Config) *int64 { return &c.PlanfixTemplate })},
		{"CRM_TOKEN", "", "expected in X-CRM-Token", true, text(func(c *Config) *string { return &c.CRMToken })},
		{"KEYSET_URI", "", "the keys that seal clients' tokens: file:///keyset.json; empty: a file under MARKETA_DATA_DIR", false, text(func(c *Config) *string { return &c.KeysetURI })},
	}
}

// LoadConfig reads the environment, and in development .env beside it (the environment wins). Every fault is named at once.
func LoadConfig(environ []string) (Config, error) {
	env := map[string]string{}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	if env["MARKETA_ENV"] == "development" {
		if err := mergeDotEnv(env); err != nil {
			return Config{}, err
		}
	}
	c := Config{BurstCap: maxWindow, CRMPace: crmPace}
	var faults []error
	for _, s := range settings() {
		value := strings.TrimSpace(env[s.name])
		if strings.HasPrefix(value, "gcp-secret://") || strings.HasPrefix(value, "aws-secret://") {
			faults = append(faults, fault.New(fault.Invalid, "%s refers to a secret manager, which this version cannot read yet: give the value itself.", s.name))
			continue
		}
		if value == "" {
			value = s.preset
		}
		if err := s.read(&c, value); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	if len(faults) == 0 {
		faults = append(faults, c.check(env))
	}
	if err := errors.Join(faults...); err != nil {
		return c, fault.Wrap(err, fault.Invalid, "The settings cannot be used:\n%s", sayAll(faults))
	}
	return c, nil
}

func sayAll(faults []error) string {
	var lines []string
	for _, f := range faults {
		if f != nil {
			lines = append(lines, "  "+strings.ReplaceAll(f.Error(), "\n", "\n  "))
		}
	}
	return strings.Join(lines, "\n")
}

func mergeDotEnv(env map[string]string) error {
	file, err := godotenv.Read(".env")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.New(fault.Invalid, "The file .env cannot be read. Each line is NAME=value.")
	}
	for k, v := range file {
		if _, set := env[k]; !set {
			env[k] = v
		}
	}
	return nil
}

// check is what no single name shows.
func (c *Config) check(env map[string]string) error {
	if c.DataDir == "" {
		dir, err := embedded.DefaultDir()
		if err != nil {
			return err
		}
		c.DataDir = dir
	}
	if c.MediaURL == "" {
		dir, err := filepath.Abs(filepath.Join(c.DataDir, "media"))
		if err != nil {
			return fault.New(fault.Invalid, "MARKETA_DATA_DIR is no folder that can be found from here.")
		}
		c.MediaURL = (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String()
	}
	// A base URL of our own choosing is a real server; without one, only a key says that OpenAI is wanted.
	if env["OPENAI_BASE_URL"] == "" && c.OpenAIAPIKey == "" {
		c.OpenAIBaseURL = ""
	}
	if c.Development {
		return nil
	}
	var faults []error
	for _, s := range settings() {
		v := env[s.name]
		if strings.HasSuffix(s.name, "_BASE_URL") && v != "" && !strings.HasPrefix(v, "https://") {
			faults = append(faults, fmt.Errorf("%s must begin with https:// in production (MARKETA_ENV=development allows http)", s.name))
		}
	}
	return errors.Join(faults...)
}

const maxWindow = 45 * time.Second

// crmPace is a little more than the vendor's second: clocks differ.
const crmPace = time.Second + 50*time.Millisecond

// number reads an id of a vendor; empty is 0.
func number(at func(*Config) *int64) func(*Config, string) error {
	return func(c *Config, v string) (err error) {
		if v == "" {
			return nil
		}
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n <= 0 {
			return fmt.Errorf("%q is not a number", v)
		}
		*at(c) = n
		return nil
	}
}

func readEnv(c *Config, v string) error {
	switch v {
	case "development", "production":
		c.Development = v == "development"
		return nil
	}
	return fmt.Errorf("is %q; write development or production", v)
}

func readPublicURL(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" {
		return errors.New("is not an address like https://marketa.example")
	}
	c.PublicURL = strings.TrimSuffix(v, "/")
	return nil
}

func oneOf(at func(*Config) *string, allowed ...string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if !slices.Contains(allowed, v) {
			return fmt.Errorf("is %q; write %s", v, strings.Join(allowed, " or "))
		}
		*at(c) = v
		return nil
	}
}

func readChannels(c *Config, v string) error {
	for _, part := range split(v) {
		name, token, ok := strings.Cut(part, "=")
		if !ok || name == "" || token == "" {
			return errors.New("must look like company=TOKEN,marketa=TOKEN")
		}
		c.WhapiChannels = append(c.WhapiChannels, ChannelToken{store.Channel(strings.TrimSpace(name)), strings.TrimSpace(token)})
	}
	return nil
}

func readOwners(c *Config, v string) error {
	if v == "none" {
		c.Unclaimed = true
		return nil
	}
	for _, part := range split(v) {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id <= 0 {
			return fmt.Errorf("%q is not a Telegram user id (a number; @userinfobot tells yours)", part)
		}
		c.TelegramOwners = append(c.TelegramOwners, id)
	}
	return nil
}

func readChat(c *Config, v string) (err error) {
	if v == "" {
		return nil
	}
	if c.TelegramApprovalsChat, err = strconv.ParseInt(v, 10, 64); err != nil {
		return fmt.Errorf("%q is not a chat id (a number; groups begin with a minus)", v)
	}
	return nil
}

func readWindow(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > maxWindow {
		return fmt.Errorf("%q is not a time between 0s and %s", v, maxWindow)
	}
	c.BurstWindow = d
	return nil
}

func split(v string) []string {
	var out []string
	for _, part := range strings.Split(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
