package gateway_test

import (
	"testing"
	"time"

	"headgate/gateway"
)

// The words of an error decide, but not those that it merely quotes from the
// request: nobody is benched for what a caller wrote.
func TestWordsOfErrors(t *testing.T) {
	for _, c := range []struct {
		status  int
		message string
		class   gateway.Class
	}{
		{400, "Invalid value: 'billing'. Supported values are: 'auto' and 'none'.", gateway.ClassCallerFault},
		{400, "Invalid 'messages[0].name': 'flagged' does not match the pattern", gateway.ClassCallerFault},
		{400, "Unknown parameter: 'moderation'.", gateway.ClassCallerFault},
		{400, "The file 'report.pdf' does not exist.", gateway.ClassCallerFault},
		{400, "Invalid model parameters: temperature is too high", gateway.ClassCallerFault},
		{422, "unsupported model parameter", gateway.ClassCallerFault},
		{400, "Invalid token in JSON at position 3", gateway.ClassCallerFault},

		{400, "The model `gone-1` does not exist or you do not have access to it.", gateway.ClassModelUnavailable},
		{400, "Model Not Exist", gateway.ClassModelUnavailable},
		{400, "Invalid model: gone-1", gateway.ClassModelUnavailable},
		{400, "org/gone is not a valid model ID", gateway.ClassModelUnavailable},
		{400, "Invalid model name passed in model=gone-1", gateway.ClassModelUnavailable},
		{404, "model 'gone-1' not found, try pulling it first", gateway.ClassModelUnavailable},

		{400, "Your credit balance is too low to access the API.", gateway.ClassQuota},
		{400, "Your account is not active, please check your billing details.", gateway.ClassQuota},
		{403, "This API method requires billing to be enabled.", gateway.ClassQuota},
		{429, "You have exceeded your monthly quota.", gateway.ClassQuota},
		{402, "", gateway.ClassQuota},
		{429, "You exceeded your current quota, please check your plan and billing details. Please retry in 22.3s.", gateway.ClassRateLimited},
		{429, "Rate limit reached for requests per minute.", gateway.ClassRateLimited},

		{403, "Key limit exceeded (daily limit). Manage it using https://openrouter.ai/settings/keys", gateway.ClassQuota},
		{400, "Access denied, please make sure your account is in good standing. (Arrearage)", gateway.ClassQuota},
		{429, "余额不足或无可用资源包,请充值。", gateway.ClassQuota},
		{413, "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000.", gateway.ClassRateLimited},

		{400, "API key expired. Please renew the API key.", gateway.ClassCredential},
		{400, "API Key not found. Please pass a valid API key.", gateway.ClassCredential},

		{400, "The model `llama3-70b-8192` has been decommissioned and is no longer supported.", gateway.ClassModelUnavailable},
		{403, "Project `p` does not have access to model `gpt-x`", gateway.ClassModelUnavailable},
		{410, "This model is gone.", gateway.ClassModelUnavailable},
		{410, "", gateway.ClassModelUnavailable},
		{400, "The parameter 'functions' is no longer supported.", gateway.ClassCallerFault},

		{403, "Content violates usage guidelines.", gateway.ClassContentPolicy},
		{400, "Output blocked by content filtering policy", gateway.ClassContentPolicy},
		{400, "<400> InternalError.Algo.DataInspectionFailed: data_inspection_failed", gateway.ClassContentPolicy},
		{400, "Content Exists Risk", gateway.ClassContentPolicy},

		{400, "This model's maximum prompt length is 131072 but the request contains 140000 tokens.", gateway.ClassContextWindow},
		{400, "Your request exceeded model token limit: 8192", gateway.ClassContextWindow},
		{400, "Range of input length should be [1, 30720]", gateway.ClassContextWindow},
		{422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096.", gateway.ClassContextWindow},
		{422, "Input validation error: `inputs` must have less than 4096 tokens.", gateway.ClassContextWindow},
		{400, "'name' must have less than 64 characters", gateway.ClassCallerFault},

		{421, "", gateway.ClassTransient},
		{424, "Request failed during generation", gateway.ClassTransient},
		{499, "", gateway.ClassTransient},
		{407, "", gateway.ClassTransient},
		{999, "", gateway.ClassTransient},

		{403, "Your chosen model requires moderation and your input was flagged.", gateway.ClassContentPolicy},
		{400, "The response was filtered due to the prompt triggering the content management policy.", gateway.ClassContentPolicy},
		{451, "", gateway.ClassContentPolicy},

		{400, "the request exceeds the available context size", gateway.ClassContextWindow},
		{413, "prompt is too long: 250000 tokens > 200000 maximum", gateway.ClassContextWindow},
		{413, "", gateway.ClassCallerFault},

		{429, "The model is overloaded. Please try again later.", gateway.ClassRateLimited},
		{503, "The model is overloaded. Please try again later.", gateway.ClassTransient},
	} {
		t.Run(c.message, func(t *testing.T) {
			t.Parallel()
			h := open(t, []string{serve(t, failing(c.status, errorBody("", "", c.message))).url})
			got := h.post(plainBody)
			got.envelope(t)
			if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Class != c.class || o.Blames != manners[c.class].blames {
				t.Errorf("%d %q: outcome %+v, want class %q", c.status, c.message, o, c.class)
			}
		})
	}
}

// The caller's fault never goes to it under a 200, however it came.
func TestCallersFaultWithinA200(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, failing(200, errorBody("", "", "Your input was flagged."))).url})
	if got := h.post(plainBody); got.status != 400 {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// A limit that names its time in words only is kept as long.
func TestWaitInWords(t *testing.T) {
	t.Parallel()
	h := open(t, []string{serve(t, failing(429, errorBody("", "", "Rate limit reached. Please try again in 20s. Visit https://…"))).url})
	h.post(plainBody)
	if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; o.Bench != 20*time.Second {
		t.Errorf("outcome %+v", o)
	}
}
