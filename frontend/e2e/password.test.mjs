// The login of a server that nobody gave a password: the one it made is printed once,
// and is changed in the browser, which ends every other login. In two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, login, speak, texts, username, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

async function enter(page, say, password) {
  await page.getByLabel(say('login.username')).fill(username)
  await page.getByLabel(say('login.password')).fill(password)
  await page.getByRole('button', { name: say('login.in') }).click()
}

test('a password that was made is changed', { timeout: 120_000 }, async (t) => {
  const { page, said, complaints, end, restart } = await world(browser, {
    settings: { ADMIN_PASSWORD: undefined },
  })
  t.after(end)
  const line = new RegExp(`^${username} with the password ([A-Z2-7]{26}) \\(.*shown this once\\)$`)
  let [, current] = line.exec(said().login) ?? []
  assert.ok(current, said().login)
  const context = await browser.newContext({ locale: 'en-US' })
  t.after(() => context.close())
  const other = await context.newPage()
  other.setDefaultTimeout(10_000)
  await other.goto(page.url())
  for (const one of [page, other]) await login(one, current)

  for (const language of ['en', 'ja']) {
    const say = texts(language)
    await t.test(`and all other logins end with it, in ${language}`, async () => {
      await speak(page, language)
      await page.goto(new URL('#/settings/security', page.url()).href)
      const form = page.getByRole('region', { name: say('password.title') })
      const fill = async (old, fresh, again = fresh) => {
        await form.getByLabel(say('password.current')).fill(old)
        await form.getByLabel(say('password.new'), { exact: true }).fill(fresh)
        await form.getByLabel(say('password.again')).fill(again)
        await form.getByRole('button', { name: say('password.change') }).click()
      }
      await fill(current, 'elevenchars')
      await form.getByText(say('export.short', { Min: 12 })).waitFor()
      await fill(current, 'elevenchars!', 'elevenchars?')
      await form.getByText(say('password.differs')).waitFor()
      const next = `new words, ${language}`
      await fill('not the one', next)
      await form.getByText(say('error.password_wrong')).waitFor()
      await fill(current, next)
      await page.getByText(say('password.changed')).waitFor()
      assert.equal(await form.getByLabel(say('password.new'), { exact: true }).inputValue(), '')
      // Thrown out without a click; this one goes on.
      await other.getByLabel(say('login.username')).waitFor()
      await page.reload()
      await form.waitFor()
      await enter(other, say, current)
      await other.getByText(say('error.login_wrong')).waitFor()
      await enter(other, say, next)
      await other.getByRole('navigation').first().waitFor()
      current = next
    })
  }

  await t.test('and holds after a start, which prints none', async () => {
    await speak(page, 'en')
    await restart()
    assert.equal(said().login, undefined)
    await login(page, current)
    await page.getByRole('button', { name: 'Log out' }).click()
  })

  await t.test('and whoever guesses has to wait, with the right one, too', async () => {
    const answers = []
    for (const guess of ['1', '2', '3', '4', '5', current]) {
      const answered = page.waitForResponse((reply) => reply.url().endsWith('/login'))
      await enter(page, texts('en'), guess)
      answers.push((await answered).status())
      // Or what is typed next would be taken for what was refused, and cleared.
      await page.waitForFunction(() => document.querySelector('[type=password]').value === '')
    }
    assert.deepEqual(answers, [401, 401, 401, 401, 401, 429])
    await page
      .getByRole('alert')
      .getByText(/too many failed logins. Try again in \d+ s\.$/)
      .waitFor()
  })
  assert.deepEqual(complaints, [])
})
