import type * as T from '../../lib/api'
import type { FakeProgram, Handlers } from '../fake'

export const keywordsHandlers = (fake: FakeProgram): Handlers => ({
  'Keywords.List': () => (fake.keywords.length > 0 ? fake.keywords : null),
  'Keywords.Save': (keyword: T.Keyword) => {
    const saved = { ...keyword, id: keyword.id || fake.nextId() }
    fake.keywords = [...fake.keywords.filter(({ id }) => id !== saved.id), saved]
    return saved
  },
  'Keywords.Delete': (id: number) => {
    fake.keywords = fake.keywords.filter((one) => one.id !== id)
  },
})
