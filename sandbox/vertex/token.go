package vertex

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// account is a service account with one key.
type account struct {
	email string
	key   *rsa.PrivateKey
	uri   string
}

const tokenLife = time.Hour

// ServiceAccount makes a service account, in the place of the one before, and is its key as Google's console gives it. base is where the
// Handler listens.
func (s *Sim) ServiceAccount(base string) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	a := account{email: "marketa@" + s.cfg.Project + ".iam.gserviceaccount.com", key: key, uri: base + "/token"}
	s.mu.Lock()
	s.account = a
	s.mu.Unlock()
	text, err := json.Marshal(map[string]string{"type": "service_account", "project_id": s.cfg.Project, "private_key_id": "1", "client_email": a.email, "client_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": a.uri})
	return string(text), err
}

// token exchanges a signed claim. https://developers.google.com/identity/protocols/oauth2/service-account
func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || !s.vouches(r.PostFormValue("assertion")) {
		reply(w, 400, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
		return
	}
	s.mu.Lock()
	s.issued++
	token := "ya29.simulated-" + strconv.Itoa(s.issued)
	s.tokens[token] = s.cfg.Clock.Now().Add(tokenLife)
	s.mu.Unlock()
	reply(w, 200, map[string]any{"access_token": token, "expires_in": int(tokenLife / time.Second), "token_type": "Bearer"})
}

// vouches checks the signature, who signs, for whom, and for what. The times in it are the platform's own, which may be another clock's.
func (s *Sim) vouches(assertion string) bool {
	parts := strings.Split(assertion, ".")
	s.mu.Lock()
	a := s.account
	s.mu.Unlock()
	if len(parts) != 3 || a.key == nil {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(&a.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return false
	}
	var claim struct{ Iss, Aud, Scope string }
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	return err == nil && json.Unmarshal(raw, &claim) == nil && claim.Iss == a.email && claim.Aud == a.uri && strings.Contains(claim.Scope, "/auth/cloud-platform")
}

func (s *Sim) authorised(r *http.Request) bool {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || token == "" {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ours := s.tokens[token]
	return token == s.cfg.Token || ours && s.cfg.Clock.Now().Before(until)
}
