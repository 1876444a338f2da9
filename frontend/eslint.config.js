import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

const browser = Object.fromEntries(
  ['window', 'document', 'navigator', 'location', 'localStorage', 'console', 'fetch', 'setTimeout']
    .concat(['clearTimeout', 'setInterval', 'clearInterval', 'process', 'URL', 'performance'])
    .map((name) => [name, 'readonly']),
)

export default ts.config(
  { ignores: ['dist/', 'wailsjs/', 'node_modules/', 'coverage/'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: browser } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: '@lucide/svelte', message: 'Import icons one by one: icons/…' }],
          patterns: [{ group: ['**/wailsjs/**'], message: 'Only lib/api knows the bindings.' }],
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/lib/api/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/lib/ui/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/api', '**/api/**', '**/state/**'],
              message: 'lib/ui knows neither state nor api.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.svelte'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      'svelte/no-restricted-html-elements': [
        'error',
        { elements: ['style'], message: 'Use utility classes, or app.css.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'The content policy forbids style attributes: use a style: directive.',
        },
      ],
    },
  },
)
