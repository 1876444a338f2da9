// Package gatewaytest is a scriptable upstream for tests: a server that looks
// like an OpenAI-compatible one and does, request by request, what a script
// says, faults on the wire included.
//
// In a test:
//
//	bad := gatewaytest.Start(t, gatewaytest.Fault("FLT-011")) // reset mid-stream
//	good := gatewaytest.Start(t, gatewaytest.Script{Models: []string{"m1"}})
//	... send calls to bad.URL() and good.URL() ...
//	request, err := good.AwaitRequest(ctx) // what it received, byte for byte
//	_, err = request.AwaitHangUp(ctx)      // the client has left
//
// The same script as JSON, for cmd/upstream: the first request gets a 429, the
// second a stream that breaks off after two events, all others a good reply,
// except for the model "gone":
//
//	{
//	  "marker": "up1",
//	  "models": ["m1", "gone"],
//	  "by_model": {"gone": [{"status": 404}]},
//	  "steps": [
//	    {"status": 429, "header": [{"name": "Retry-After", "value": "7"}]},
//	    {"fault": "FLT-011", "cut": {"events": 2}},
//	    {"content": ["Hello ", "there."], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}
//	  ]
//	}
//
// A reply whose text the script leaves open consists of "up1#1 up1#2 up1#3 ":
// Markers finds in any text which upstreams it came from.
//
// Replies are written to the connection by hand, so that they can be cut, reset,
// misframed and split anywhere. There are no sleeps but scripted delays; tests
// wait for requests, hang-ups and closed connections by Await… and stop replies
// at a Hold until Open.
package gatewaytest
