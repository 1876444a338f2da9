import { mount } from 'svelte'
import './app.css'
import App from './App.svelte'
import { system } from './lib/api'

function report(reason: unknown) {
  const error = reason instanceof Error ? reason : new Error(String(reason))
  // A report that can't be sent has nowhere else to go.
  system.logPageError(`${error.name}: ${error.message}`, error.stack ?? '').catch(() => {})
}
window.addEventListener('error', (event) => report(event.error ?? event.message))
window.addEventListener('unhandledrejection', (event) => report(event.reason))

function start() {
  const target = document.getElementById('app')
  if (!target) return
  mount(App, { target })
  // A hidden window paints nothing: how long it took until it did would say nothing.
  if (document.hidden) return
  requestAnimationFrame(() => system.logPageMounted(performance.now()).catch(() => {}))
}

if (import.meta.env.MODE === 'fake') {
  void import('./testing/install').then(({ install }) => {
    install()
    start()
  })
} else {
  start()
}
