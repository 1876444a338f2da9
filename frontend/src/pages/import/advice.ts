import type { ProbeResult } from '../../lib/api'
import type { Key } from '../../lib/i18n/catalog'

/** What to do about a list of models that did not come; undefined: the reason says it. */
export function adviceOn({ class: kind, reason }: ProbeResult): Key | undefined {
  switch (reason) {
    case 'wrong_path':
    case 'model_missing':
      return 'import.advice_path'
    case 'html_reply':
    case 'redirected':
      return 'import.advice_html'
    case 'not_json':
    case 'empty_reply':
      return 'import.advice_no_list'
    case 'forbidden':
      return 'import.advice_key'
  }
  if (kind === 'credential') return 'import.advice_key'
  if (kind === 'timeout') return 'import.advice_timeout'
  if (kind === 'model_unavailable') return 'import.advice_path'
  if (kind === 'rate_limited' || kind === 'quota') return 'import.advice_later'
  return undefined
}

/** Other base URLs that may be meant by one that has no list of models. */
export function otherUrls(baseUrl: string): string[] {
  const url = baseUrl.replace(/\/+$/, '')
  const cut = url.replace(/\/(chat\/completions|completions|responses|models|embeddings)$/, '')
  if (cut !== url) return [cut]
  if (/\/v\d+\w*(\/openai)?$/.test(url)) return [url.replace(/\/v\d+\w*(\/openai)?$/, '')]
  return [`${url}/v1`]
}
