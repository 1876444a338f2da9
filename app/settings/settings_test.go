package settings_test

import (
	"slices"
	"testing"

	"headgate/app/apperr"
	"headgate/app/settings"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*settings.Settings)
		code   string
	}{
		"defaults":         {func(*settings.Settings) {}, ""},
		"language":         {func(s *settings.Settings) { s.Language = "zh-Hant" }, ""},
		"unknown language": {func(s *settings.Settings) { s.Language = "tlh" }, "language_unknown"},
		"no theme":         {func(s *settings.Settings) { s.Theme = "" }, "theme_unknown"},
		"unknown theme":    {func(s *settings.Settings) { s.Theme = "pink" }, "theme_unknown"},
		"any host":         {func(s *settings.Settings) { s.Gateway.Address = ":8001" }, ""},
		"IPv6":             {func(s *settings.Settings) { s.Gateway.Address = "[::1]:8001" }, ""},
		"IPv6 with a zone": {func(s *settings.Settings) { s.Gateway.Address = "[fe80::1%eth0]:8001" }, ""},
		"host name":        {func(s *settings.Settings) { s.Gateway.Address = "box.local:8001" }, ""},
		"any port":         {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1:0" }, ""},
		"highest port":     {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1:65535" }, ""},
		"port too high":    {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1:65536" }, "address_invalid"},
		"negative port":    {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1:-1" }, "address_invalid"},
		"named port":       {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1:http" }, "address_invalid"},
		"padded port":      {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1:08001" }, "address_invalid"},
		"no port":          {func(s *settings.Settings) { s.Gateway.Address = "127.0.0.1" }, "address_invalid"},
		"no address":       {func(s *settings.Settings) { s.Gateway.Address = "" }, "address_invalid"},
		"URL for address":  {func(s *settings.Settings) { s.Gateway.Address = "http://127.0.0.1:1" }, "address_invalid"},
		"space in host":    {func(s *settings.Settings) { s.Gateway.Address = "my box:1" }, "address_invalid"},
		"empty label":      {func(s *settings.Settings) { s.Gateway.Address = "a..b:1" }, "address_invalid"},
		"name":             {func(s *settings.Settings) { s.Gateway.Names = []string{"host.docker.internal", "box"} }, ""},
		"name with a port": {func(s *settings.Settings) { s.Gateway.Names = []string{"box:8001"} }, "host_name_invalid"},
		"empty name":       {func(s *settings.Settings) { s.Gateway.Names = []string{""} }, "host_name_invalid"},
		"any name":         {func(s *settings.Settings) { s.Gateway.Names = []string{"*"} }, "host_name_invalid"},
		"51 names":         {func(s *settings.Settings) { s.Gateway.Names = slices.Repeat([]string{"box"}, 51) }, "setting_out_of_range"},
		"origin": {func(s *settings.Settings) {
			s.Gateway.Origins = []string{"https://chat.example", "http://localhost:3000"}
		}, ""},
		"any origin":        {func(s *settings.Settings) { s.Gateway.Origins = []string{"*"} }, "origin_invalid"},
		"origin null":       {func(s *settings.Settings) { s.Gateway.Origins = []string{"null"} }, "origin_invalid"},
		"origin and path":   {func(s *settings.Settings) { s.Gateway.Origins = []string{"https://chat.example/"} }, "origin_invalid"},
		"origin and name":   {func(s *settings.Settings) { s.Gateway.Origins = []string{"https://a:b@chat.example"} }, "origin_invalid"},
		"usual port":        {func(s *settings.Settings) { s.Gateway.Origins = []string{"https://chat.example:443"} }, "origin_invalid"},
		"capital origin":    {func(s *settings.Settings) { s.Gateway.Origins = []string{"https://Chat.example"} }, "origin_invalid"},
		"count 0":           {func(s *settings.Settings) { s.Failover.Count = 0 }, "setting_out_of_range"},
		"count 100":         {func(s *settings.Settings) { s.Failover.Count = 100 }, ""},
		"count 101":         {func(s *settings.Settings) { s.Failover.Count = 101 }, "setting_out_of_range"},
		"minutes 0":         {func(s *settings.Settings) { s.Failover.Minutes = 0 }, "setting_out_of_range"},
		"minutes 1440":      {func(s *settings.Settings) { s.Failover.Minutes = 1440 }, ""},
		"minutes 1441":      {func(s *settings.Settings) { s.Failover.Minutes = 1441 }, "setting_out_of_range"},
		"cooldown 0":        {func(s *settings.Settings) { s.Failover.CooldownSeconds = 0 }, "setting_out_of_range"},
		"attempts 0":        {func(s *settings.Settings) { s.Failover.Attempts = 0 }, "setting_out_of_range"},
		"attempts 101":      {func(s *settings.Settings) { s.Failover.Attempts = 101 }, "setting_out_of_range"},
		"begin 0":           {func(s *settings.Settings) { s.Failover.BeginSeconds = 0 }, "setting_out_of_range"},
		"begin 3601":        {func(s *settings.Settings) { s.Failover.BeginSeconds = 3601 }, "setting_out_of_range"},
		"cooldown 901":      {func(s *settings.Settings) { s.Failover.CooldownSeconds = 901 }, "setting_out_of_range"},
		"connect 0":         {func(s *settings.Settings) { s.Timeouts.ConnectSeconds = 0 }, "setting_out_of_range"},
		"first token 0":     {func(s *settings.Settings) { s.Timeouts.FirstTokenSeconds = 0 }, "setting_out_of_range"},
		"stream idle 3601":  {func(s *settings.Settings) { s.Timeouts.StreamIdleSeconds = 3601 }, "setting_out_of_range"},
		"reply negative":    {func(s *settings.Settings) { s.Timeouts.ReplySeconds = -1 }, "setting_out_of_range"},
		"days for ever":     {func(s *settings.Settings) { s.Log.Days = 0 }, ""},
		"days negative":     {func(s *settings.Settings) { s.Log.Days = -1 }, "setting_out_of_range"},
		"bodies always":     {func(s *settings.Settings) { s.Log.Bodies = settings.BodiesAlways }, ""},
		"no bodies":         {func(s *settings.Settings) { s.Log.Bodies = "" }, "bodies_unknown"},
		"unknown bodies":    {func(s *settings.Settings) { s.Log.Bodies = "sometimes" }, "bodies_unknown"},
		"body days as long": {func(s *settings.Settings) { s.Log.BodyDays = 0 }, ""},
		"body days 3651":    {func(s *settings.Settings) { s.Log.BodyDays = 3651 }, "setting_out_of_range"},
		"body days less":    {func(s *settings.Settings) { s.Log.BodyDays = -1 }, "setting_out_of_range"},
		"no body KiB":       {func(s *settings.Settings) { s.Log.BodyKB = 0 }, "setting_out_of_range"},
		"body KiB 1024":     {func(s *settings.Settings) { s.Log.BodyKB = 1024 }, ""},
		"body KiB 1025":     {func(s *settings.Settings) { s.Log.BodyKB = 1025 }, "setting_out_of_range"},
		"networks":          {func(s *settings.Settings) { s.Gateway.Networks = []string{"private", "10.0.0.0/8", "fd00::1"} }, ""},
		"no network":        {func(s *settings.Settings) { s.Gateway.Networks = []string{"ollama"} }, "network_invalid"},
		"network with zone": {func(s *settings.Settings) { s.Gateway.Networks = []string{"fe80::1%eth0"} }, "network_invalid"},
		"days out of range": {func(s *settings.Settings) { s.Log.Days = 3651 }, "setting_out_of_range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings.Default()
			c.change(&s)
			if got := apperr.Code(s.Validate()); got != c.code {
				t.Errorf("Validate() gave code %q, want %q", got, c.code)
			}
		})
	}
}
