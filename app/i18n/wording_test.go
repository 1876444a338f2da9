package i18n_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"headgate/app/i18n"
)

// eachText calls check with every text of the locales, placeholders replaced by
// the sign ◌, which is no letter of any language.
func eachText(t *testing.T, locales []string, check func(locale, key, text string)) {
	t.Helper()
	for _, locale := range locales {
		for _, m := range readCatalog(t, locale) {
			for _, text := range m.all() {
				check(locale, m.key, placeholder.ReplaceAllString(text, "◌"))
			}
		}
	}
}

var (
	others  = i18n.Locales[1:]
	chinese = []string{"zh-Hant", "zh-Hans"}
)

func TestTextsAreWhole(t *testing.T) {
	eachText(t, i18n.Locales, func(locale, key, text string) {
		switch {
		case strings.TrimSpace(text) == "":
			t.Errorf("%s: %s is empty", locale, key)
		case strings.TrimSpace(text) != text || strings.Contains(text, "  "):
			t.Errorf("%s: %s has stray spaces: %q", locale, key, text)
		case strings.ContainsAny(text, "{}") && !strings.HasPrefix(key, "sample."):
			t.Errorf("%s: %s has a brace outside of {{.Name}}: %q", locale, key, text)
		case strings.Contains(text, "..."):
			t.Errorf("%s: %s has three dots for …: %q", locale, key, text)
		}
	})
}

// latin are the words that no language translates: names, units and signs.
var latin = words(`
	Headgate OpenAI Anthropic Gemini Ollama Azure Claude GitHub Windows macOS Linux English
	API APIs URL ID HTTP HTTPS JSON SSE TLS DNS TCP IP Host host port cURL curl
	s ms min h d M MB MiB KiB USD UTC p50 p95 p99
	Bearer Authorization X sk hg v1 http https localhost Token
`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

var word = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*`)

// Where English stands in another language's catalog it was forgotten there.
func TestNothingIsLeftInEnglish(t *testing.T) {
	eachText(t, others, func(locale, key, text string) {
		if hasLetters(locale, text) {
			return
		}
		for _, w := range word.FindAllString(text, -1) {
			if !latin[w] {
				t.Errorf("%s: %s isn't translated: %q", locale, key, text)
				return
			}
		}
	})
}

func hasLetters(locale, text string) bool {
	scripts := []*unicode.RangeTable{unicode.Han}
	switch locale {
	case "ja":
		scripts = append(scripts, unicode.Hiragana, unicode.Katakana)
	case "ko":
		scripts = []*unicode.RangeTable{unicode.Hangul}
	}
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, scripts...) })
}

// pairs are characters that are written in one way in traditional and in
// another in simplified Chinese, and in no third way in either.
const pairs = `應应組组級级關关鍵键誤误請请設设開开閉闭啟启動动區区網网絡络線线連连閘闸檔档資资
	數数據据時时間间長长額额處处計计費费價价錄录記记認认證证權权許许訊讯號号碼码換换試试測测
	選选項项單单擇择輸输刪删僅仅個个們们與与為为這这還还沒没從从將将會会無无過过進进達达轉转
	運运適适發发變变讀读寫写錯错門门對对導导歷历瀏浏覽览顯显隱隐標标題题頁页見见視视點点嘗尝
	產产業业務务優优員员類类種种稱称複复雜杂離离斷断終终結结續续維维護护創创減减濾滤歸归`

func TestChineseScriptsArentMixed(t *testing.T) {
	foreign := map[string]string{}
	for i, r := range []rune(strings.Join(strings.Fields(pairs), "")) {
		foreign[chinese[1-i%2]] += string(r)
	}
	eachText(t, chinese, func(locale, key, text string) {
		if i := strings.IndexAny(text, foreign[locale]); i >= 0 {
			t.Errorf("%s: %s has a character of the other script at %q", locale, key, text[i:])
		}
	})
}

// instead are words that stand for a thing which has another word here: the
// glossary is in CONTRIBUTING.md.
var instead = map[string]map[string]string{
	"zh-Hant": {
		"權杖": "Token", "詞元": "Token", "令牌": "Token", "通道": "供應商", "渠道": "供應商", "提供商": "供應商", "提供者": "供應商",
		"分組": "群組", "關鍵詞": "關鍵字", "優先順序": "優先級", "基底 URL": "基礎 URL", "網關": "閘道", "端口": "連接埠",
		"默認": "預設", "設置": "設定", "網絡": "網路", "軟件": "軟體", "文件夾": "資料夾", "數據": "資料", "密鑰": "金鑰", "調用": "呼叫",
	},
	"zh-Hans": {
		"令牌": "Token", "词元": "Token", "通道": "供应商", "渠道": "供应商", "提供商": "供应商", "提供者": "供应商",
		"分组": "群组", "关键词": "关键字", "数据文件夹": "数据目录", "优先顺序": "优先级", "金钥": "密钥", "呼叫": "调用",
	},
	"ja": {"優先順位": "優先度", "実行中のコール": "実行中の呼び出し", "稼働": "動作"},
	"ko": {"멤버": "구성원", "제공자": "공급자", "프로바이더": "공급자", "우선 순위": "우선순위", "키 워드": "키워드", "콜 로그": "호출 로그"},
}

func TestOneWordForOneThing(t *testing.T) {
	eachText(t, others, func(locale, key, text string) {
		for wrong, right := range instead[locale] {
			if strings.Contains(text, wrong) {
				t.Errorf("%s: %s says %s where Headgate says %s: %q", locale, key, wrong, right, text)
			}
		}
	})
}

var (
	cjk          = `[\p{Han}\p{Hiragana}\p{Katakana}ー]`
	halfByCJK    = regexp.MustCompile(cjk + ` ?[,;:!?()]|[,;:!?()] ?` + cjk + `|` + cjk + `\.`)
	fullInKorean = regexp.MustCompile(`[，。；：！？（）「」、]`)
	spacedInJa   = regexp.MustCompile(`[。、「」（）！？：] | [。、「」（）！？：]`)
	tightChinese = regexp.MustCompile(`\p{Han}[A-Za-z0-9◌]|[A-Za-z0-9◌]\p{Han}`)
)

// Chinese and Japanese use full-width punctuation, Korean the Latin one.
// Chinese sets a space between Han characters and Latin words or numbers.
func TestPunctuation(t *testing.T) {
	eachText(t, []string{"zh-Hant", "zh-Hans", "ja"}, func(locale, key, text string) {
		if found := halfByCJK.FindString(text); found != "" {
			t.Errorf("%s: %s has half-width punctuation at %q: %q", locale, key, found, text)
		}
		if found := spacedInJa.FindString(text); found != "" {
			t.Errorf("%s: %s has a space beside full-width punctuation: %q", locale, key, text)
		}
	})
	eachText(t, chinese, func(locale, key, text string) {
		if found := tightChinese.FindString(text); found != "" {
			t.Errorf("%s: %s lacks a space at %q: %q", locale, key, found, text)
		}
	})
	eachText(t, []string{"ko"}, func(locale, key, text string) {
		if found := fullInKorean.FindString(text); found != "" {
			t.Errorf("%s: %s has full-width punctuation %q: %q", locale, key, found, text)
		}
	})
}

// A sentence in English is a sentence in the others, a label a label.
func TestSentencesEndAlike(t *testing.T) {
	english := byKey(readCatalog(t, "en"))
	for _, locale := range others {
		for _, m := range readCatalog(t, locale) {
			en := strings.HasSuffix(english[m.key].other, ".")
			if theirs := strings.HasSuffix(m.other, ".") || strings.HasSuffix(m.other, "。"); theirs != en {
				t.Errorf("%s: %s ends differently than in English: %q", locale, m.key, m.other)
			}
		}
	}
}
