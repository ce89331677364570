package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"marketa/agent/llm"
	"marketa/internal/rest"
	"marketa/store"
)

// meters are the figures for Prometheus. Labels are words of ours (routes, kinds of jobs, vendors, models), never anything that
// a client or a manager has written. A nil *meters measures nothing.
type meters struct {
	registry *prometheus.Registry
	webhooks *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	models   *prometheus.HistogramVec
	tokens   *prometheus.CounterVec
	cost     *prometheus.CounterVec
}

func newMeters(db *store.DB) *meters {
	buckets := []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 90}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &meters{registry: prometheus.NewRegistry(),
		webhooks: histogram("marketa_webhook_seconds", "From the arrival of a request to its answer.", "route", "status"),
		jobs:     histogram("marketa_job_seconds", "One run of a job.", "kind", "outcome"),
		calls:    histogram("marketa_vendor_call_seconds", "One call to a vendor.", "vendor", "status"),
		models:   histogram("marketa_model_call_seconds", "One attempt to ask a model.", "task", "model", "outcome"),
		tokens:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "marketa_model_tokens_total", Help: "Tokens that were used."}, []string{"model", "direction"}),
		cost:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "marketa_model_cost_usd_total", Help: "What models have cost, where the price is known."}, []string{"model"}),
	}
	m.registry.MustRegister(m.webhooks, m.jobs, m.calls, m.models, m.tokens, m.cost, &standing{db: db})
	return m
}

func (m *meters) webhook(route string, status int, took time.Duration) {
	if m != nil {
		m.webhooks.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// model counts an attempt and passes it on.
func (m *meters) model(next func(llm.Call)) func(llm.Call) {
	if m == nil {
		return next
	}
	return func(c llm.Call) {
		m.models.WithLabelValues(string(c.Task), c.Model, string(c.Outcome)).Observe(c.Latency.Seconds())
		m.tokens.WithLabelValues(c.Model, "in").Add(float64(c.Usage.Input))
		m.tokens.WithLabelValues(c.Model, "out").Add(float64(c.Usage.Output))
		m.cost.WithLabelValues(c.Model).Add(float64(c.Cost) / 1e6)
		next(c)
	}
}

// client is the HTTP client of a vendor, measured; without meters nil, so that the vendor's package takes its own.
func (m *meters) client(vendor string, timeout time.Duration) *http.Client {
	if m == nil {
		return nil
	}
	c := rest.NewClient(timeout)
	c.Transport = meteredTransport{m.calls.MustCurryWith(prometheus.Labels{"vendor": vendor}), c.Transport}
	return c
}

type meteredTransport struct {
	calls prometheus.ObserverVec
	next  http.RoundTripper
}

func (t meteredTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	began, status := time.Now(), "none"
	answer, err := t.next.RoundTrip(r)
	if err == nil {
		status = strconv.Itoa(answer.StatusCode)
	}
	t.calls.WithLabelValues(status).Observe(time.Since(began).Seconds())
	return answer, err
}

// meteredJobs is River's middleware.
type meteredJobs struct {
	river.MiddlewareDefaults
	jobs *prometheus.HistogramVec
}

func (m *meteredJobs) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) error {
	began := time.Now()
	err := work(ctx)
	m.jobs.WithLabelValues(job.Kind, outcomeOf(err)).Observe(time.Since(began).Seconds())
	return err
}

func outcomeOf(err error) string {
	var snoozed *rivertype.JobSnoozeError
	var cancelled *rivertype.JobCancelError
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &snoozed):
		return "later"
	case errors.As(err, &cancelled):
		return "cancelled"
	}
	return "failed"
}

// standing is what waits at the moment of a scrape.
type standing struct{ db *store.DB }

var (
	openCards   = prometheus.NewDesc("marketa_cards_open", "Cards that wait for a decision.", nil, nil)
	oldestCard  = prometheus.NewDesc("marketa_oldest_card_seconds", "How long the oldest open card has waited.", nil, nil)
	openAlerts  = prometheus.NewDesc("marketa_alerts_open", "Alerts that managers have been told and that are not over.", nil, nil)
	waitingJobs = prometheus.NewDesc("marketa_jobs", "Jobs by their state.", []string{"state"}, nil)
)

func (s *standing) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{openCards, oldestCard, openAlerts, waitingJobs} {
		out <- d
	}
}

// Collect leaves out what cannot be read right now: a scrape must not fail with the database.
func (s *standing) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	var now store.Figures
	if err := s.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { now, err = tx.Figures(ctx); return err }); err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(openCards, float64(now.Cards))
	gauge(oldestCard, now.OldestCard.Seconds())
	gauge(openAlerts, float64(now.Alerts))
	for state, n := range now.Jobs {
		gauge(waitingJobs, float64(n), state)
	}
}

// serveMetrics listens at METRICS_ADDR until the context ends.
func (a *App) serveMetrics(ctx context.Context) error {
	l, err := net.Listen("tcp", a.cfg.MetricsAddr)
	if err != nil {
		return err
	}
	a.MetricsAddr = l.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.meters.registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn), Timeout: 10 * time.Second}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	a.loops.Go(func() { _ = server.Serve(l) })
	a.loops.Go(func() { <-ctx.Done(); _ = server.Close() })
	return nil
}
