import '@testing-library/jest-dom/vitest'
import { configure } from '@testing-library/svelte'

// What is waited for may come late on a busy machine; nothing is late by itself.
configure({ asyncUtilTimeout: 20_000 })
