package main

import (
	"encoding/json"
	"fmt"
)

// What a made-up configuration has besides its providers.
const (
	madeUpModels = 40
	madeUpGroups = 15
	madeUpKeys   = 20
)

// madeUp is a configuration file of providers that share the models, each model
// at one of them, and of groups that have two to five of these.
func madeUp(providers int) []byte {
	type object = map[string]any
	models := make([][]object, providers)
	names := make([]object, madeUpModels)
	for m := range madeUpModels {
		name := fmt.Sprintf("vendor-%d/model-%d", m%7, m)
		at := m % max(1, providers)
		models[at] = append(models[at], object{"id": name, "input_price": 0.1 + float64(m%9)/4, "output_price": 0.4 + float64(m%11)})
		names[m] = object{"provider": fmt.Sprintf("Provider %d", at+1), "model": name}
	}
	file := object{"failure_keywords": []object{{"keyword": "insufficient balance"}, {"keyword": "try again later"}}}
	var list, groups, keys []object
	for p := range providers {
		list = append(list, object{
			"name": fmt.Sprintf("Provider %d", p+1), "keys": []string{fmt.Sprintf("sk-made-up-%04d", p)}, "models": models[p],
		})
	}
	for g := range madeUpGroups {
		var members []object
		for m := range 2 + g%4 {
			name := names[(g*3+m)%madeUpModels]
			members = append(members, object{"provider": name["provider"], "model": name["model"], "priority": m/2 + 1, "weight": 1 + m})
		}
		groups = append(groups, object{"name": fmt.Sprintf("group-%d", g+1), "members": members})
	}
	for k := range madeUpKeys {
		keys = append(keys, object{
			"name": fmt.Sprintf("tool %d", k+1), "groups": []string{fmt.Sprintf("group-%d", k%madeUpGroups+1), fmt.Sprintf("group-%d", k*7%madeUpGroups+1)},
		})
	}
	file["providers"], file["groups"], file["api_keys"] = list, groups, keys
	text, err := json.Marshal(file)
	if err != nil {
		panic(err) // strings and numbers: can't fail
	}
	return text
}
