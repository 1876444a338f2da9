package main

import "fmt"

// The groups that the calls ask for.
const (
	chat = "chat" // members in order
	code = "code" // equals, drawn by weight; the failure keyword counts here
	gone = "gone" // nobody can answer
)

// The API keys, and what they may ask for.
const (
	keyBoth  = "hg-soak-both-0123456789abcdef"
	keyChat  = "hg-soak-chat-0123456789abcdef"
	keyOther = "hg-soak-unknown-0123456789abcdef" // nobody's
)

type object = map[string]any

// configuration is the file that is imported.
func configuration(members []*member, keyword string) object {
	var providers, inChat, inCode, inGone []object
	for i, m := range members {
		var keys []string
		for n := range m.keys {
			keys = append(keys, m.secret(n))
		}
		// The healthy member has time, however busy the machine is; with the others
		// time limits are part of the trouble.
		timeouts := object{"connect_seconds": 2, "first_token_seconds": 1, "stream_idle_seconds": 1, "reply_seconds": 2}
		if m.name == steady {
			timeouts = object{"connect_seconds": 60, "first_token_seconds": 120, "stream_idle_seconds": 120, "reply_seconds": 120}
		}
		providers = append(providers, object{
			"name": m.name, "dialect": "openai", "base_url": fmt.Sprintf("http://%s/v1", m.address), "keys": keys, "timeouts": timeouts,
			"models": []object{{"id": m.name, "input_price": m.price[0], "output_price": m.price[1], "call_price": nil}},
		})
		if m.gone {
			inGone = append(inGone, object{"provider": m.name, "model": m.name, "priority": 1, "weight": 1})
			continue
		}
		// The healthy one is neither first nor last.
		priority := 10 * (i + 1)
		if m.name == steady {
			priority = 35
		}
		inChat = append(inChat, object{"provider": m.name, "model": m.name, "priority": priority, "weight": 1})
		inCode = append(inCode, object{"provider": m.name, "model": m.name, "priority": 1, "weight": 1 + i})
	}
	return object{
		"version": 1, "providers": providers,
		"groups": []object{
			{"name": chat, "policy": "priority", "members": inChat},
			{"name": code, "policy": "weighted", "members": inCode},
			{"name": gone, "policy": "priority", "members": inGone},
		},
		"api_keys": []object{
			{"name": "both", "key": keyBoth, "groups": []string{chat, code, gone}},
			{"name": "chat", "key": keyChat, "groups": []string{chat}},
		},
		"failure_keywords": []object{{"keyword": keyword, "groups": []string{code}}},
		// Cooldowns are short, so that those who misbehave come back.
		"settings": object{"failover": object{"count": 20, "minutes": 1, "cooldown_seconds": 1}},
	}
}
