// Groups: who answers in which order, and why, on real calls, in two languages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chat, furnish, launch, login, rpc, world } from './world.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test('a group is put in order and tells who answers', { timeout: 120_000 }, async (t) => {
  const { page, upstreams, complaints, end } = await world(browser, {
    scripts: [{ marker: 'good' }],
  })
  t.after(end)
  await login(page)
  const { key, baseUrl } = await furnish(page, upstreams.good)
  const call = async (model) => {
    const reply = await chat(baseUrl, key, model)
    await reply.text()
    return reply.status
  }
  await page.getByRole('link', { name: 'Groups' }).click()
  const rows = page.locator('tr[data-model]')
  const order = async (...names) => {
    for (const [i, name] of names.entries()) await rows.nth(i).getByRole('link', { name }).waitFor()
  }
  const now = page.locator('div:has(> span:text-is("Would answer now:"))')

  await t.test(
    'a member that fails is passed over, with its reason, until it is cleared',
    async () => {
      await now.getByText('Refused').waitFor()
      await now.getByRole('button', { name: /^Why/ }).click()
      const inOrder = page.getByRole('list', { name: 'In this order' })
      assert.match(await inOrder.textContent(), /1\..*Refused · m1.*2\..*Good · m1/s)
      assert.equal(await call('chat'), 200)
      assert.equal(await call('chat'), 200)
      await page.getByText(/^Cooling down \d:\d\d$/).waitFor()
      await now.getByText('Good').waitFor()
      const skipped = page.getByRole('list', { name: 'Passed over' })
      assert.match(await skipped.textContent(), /Refused · m1.*cooling down after failures.*left/s)
      await page.getByRole('button', { name: /^Last failure of Refused · m1/ }).press('Enter')
      await page.getByText(/^Provider error/).waitFor()
      await page.getByText(/connect: connection refused/).waitFor()
      await page.getByRole('button', { name: 'Clear the cooldown of Refused · m1' }).press('Enter')
      await now.getByText('Refused').waitFor()
      assert.equal(await skipped.count(), 0)
    },
  )

  await t.test('by mouse, keyboard and number, with a way back', async () => {
    const grip = await rows.nth(1).locator('[data-grip]').boundingBox()
    const first = await rows.nth(0).boundingBox()
    await page.mouse.move(grip.x + 8, grip.y + 8)
    await page.mouse.down()
    await page.mouse.move(grip.x + 8, first.y + 4, { steps: 5 })
    await page.mouse.up()
    await order('Good', 'Refused')
    await now.getByText('Good').waitFor()

    await page.getByRole('button', { name: 'Move Refused · m1 up' }).press('Enter')
    await order('Refused', 'Good')
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    assert.equal(await focused(), 'Move Refused · m1 down')
    await page.keyboard.press('Control+z')
    await order('Good', 'Refused')
    await page.keyboard.press('Control+z')
    await order('Refused', 'Good')

    await page.getByLabel('Priority of Good · m1').fill('1')
    await page.keyboard.press('Tab')
    await page.getByText('Priority 1, 2 equal members:').waitFor()
  })

  await t.test('equals answer by weight', async () => {
    await page
      .getByLabel('Policy for equal priority in chat')
      .selectOption({ label: 'Equal priority: by weight' })
    await page.getByText('drawn by weight for each call').waitFor()
    await page.getByLabel('Weight of Good · m1').fill('3')
    await page.keyboard.press('Tab')
    await page.getByRole('cell').getByText('75%').waitFor()
    await page.getByText('Most likely to answer now:').waitFor()
    const inOrder = page.getByRole('list', { name: 'In this order' })
    await inOrder.getByText(/first in 75% of calls/).waitFor()
  })

  await t.test('several members are added at once', async () => {
    const [, good] = (await rpc(page, 'Providers/List')).toSorted((a, b) => a.id - b.id)
    const prices = { inputPrice: null, outputPrice: null, cachedInputPrice: null, callPrice: null }
    for (const name of ['m2', 'm3'])
      await rpc(page, 'Providers/SaveModel', {
        id: 0,
        providerId: good.id,
        name,
        enabled: true,
        contextTokens: 0,
        ...prices,
      })
    await page.getByRole('button', { name: 'Add several…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Search models and providers').fill('good')
    await dialog.getByRole('checkbox', { name: 'All 2 models' }).press('Space')
    await dialog.getByRole('button', { name: 'Add 2 members' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('4 members').waitFor()
    assert.equal(await rows.count(), 4)
  })

  await t.test(
    'its keys go along with a new name, and come back with a deleted group',
    async () => {
      await page.getByRole('button', { name: 'More actions for chat' }).click()
      await page.getByRole('menuitem', { name: 'Edit…' }).click()
      await page.getByText(/API keys stay bound: laptop/).waitFor()
      await page.getByRole('textbox', { name: 'Name' }).fill('talk')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { name: 'talk' }).waitFor()
      assert.equal(await call('talk'), 200)

      await page.getByRole('button', { name: 'More actions for talk' }).click()
      await page.getByRole('menuitem', { name: 'Delete…' }).click()
      const sure = page.getByRole('alertdialog')
      await sure.getByText(/These API keys lose it: laptop/).waitFor()
      await sure.getByRole('button', { name: 'Delete' }).click()
      await page.getByText('No groups yet').waitFor()
      assert.notEqual(await call('talk'), 200)
      await page.getByRole('button', { name: 'Undo' }).first().click()
      await page.getByRole('heading', { name: 'talk' }).waitFor()
      await page.getByText('1 API key').waitFor()
      assert.equal(await call('talk'), 200)
    },
  )

  await t.test('a group that nobody answers for says so, in another language too', async () => {
    for (const provider of await rpc(page, 'Providers/List'))
      await rpc(page, 'Providers/SetEnabled', provider.id, false)
    await page.getByText('No usable member').waitFor()
    await page.getByText(/No member can answer/).waitFor()
    const settings = await rpc(page, 'Settings/Get')
    await rpc(page, 'Settings/Save', { ...settings, language: 'ko' })
    await page.getByRole('heading', { name: '그룹' }).waitFor()
    await page.getByText('쓸 수 있는 구성원 없음').waitFor()
    await page.getByText('우선순위 1, 동순위 2개:').waitFor()
    await page.getByRole('button', { name: /^이유/ }).click()
    assert.match(
      await page.getByRole('list', { name: '제외됨' }).textContent(),
      /Good · m1.*공급자가 꺼져 있음/s,
    )
  })

  assert.deepEqual(complaints, [])
})
