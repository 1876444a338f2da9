import { svelte } from '@sveltejs/vite-plugin-svelte'
import { svelteTesting } from '@testing-library/svelte/vite'
import tailwindcss from '@tailwindcss/vite'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { textsOfTheProgram } from './texts-of-the-program.ts'

// Vite's own development client needs inline styles, so the policy holds in builds only.
const looserPolicyInDevelopment: Plugin = {
  name: 'looser-policy-in-development',
  apply: 'serve',
  transformIndexHtml: (html) =>
    html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
}

export default defineConfig({
  plugins: [tailwindcss(), svelte(), svelteTesting(), looserPolicyInDevelopment, textsOfTheProgram],
  build: {
    target: ['chrome107', 'safari16'],
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // The texts are shared with Go and stand outside this folder.
  server: { fs: { allow: ['..'] } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['./vitest.setup.ts'],
    restoreMocks: true,
    testTimeout: 60_000,
  },
})
