import type { Key } from '../../lib/i18n/catalog'
import { hello } from '../keys/curl'
import { node, python, shell, single } from './code'

export type System = 'windows' | 'macos' | 'linux'

/** What a tool needs to know. */
export interface Target {
  baseUrl: string
  key: string
  group: string
  /** No key is there, and the group needs none on this computer. */
  keyless: boolean
  system: System
}

/** Something to paste: a file's part, a command, a program. */
export interface Snippet {
  /** Where it goes: a file's path, or what it is typed into. */
  place: string
  text: string
}

export interface Tool {
  id: string
  name: string
  /** A word on what to do, before everything else. */
  hint?: Key
  snippets?: (target: Target) => Snippet[]
  /** What to fill in, by the labels that the tool itself shows. */
  fields?: { where: string; of: (target: Target) => [label: string, value: string][] }
}

const variable = 'HEADGATE_API_KEY'
const terminal = ({ system }: Target) => (system === 'windows' ? 'PowerShell' : 'Terminal')
const home = ({ system }: Target, path: string) =>
  system === 'windows' ? `%USERPROFILE%\\${path.replaceAll('/', '\\')}` : `~/${path}`
const json = JSON.stringify

function environment(target: Target, values: Record<string, string>): Snippet {
  const lines = Object.entries(values).map(([name, value]) =>
    target.system === 'windows'
      ? `$env:${name} = ${single(value)}`
      : `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  )
  return { place: terminal(target), text: lines.join('\n') }
}

export const tools: Tool[] = [
  {
    id: 'curl',
    name: 'curl',
    snippets: (target) => [
      {
        place: terminal(target),
        text: shell(
          target.keyless ? { ...target, key: '' } : target,
          hello(target.group),
          target.system === 'windows',
        ),
      },
    ],
  },
  {
    id: 'python',
    name: 'OpenAI · Python',
    snippets: (target) => [
      { place: terminal(target), text: 'pip install openai' },
      { place: 'Python', text: python(target, hello(target.group)) },
    ],
  },
  {
    id: 'node',
    name: 'OpenAI · Node',
    snippets: (target) => [
      { place: terminal(target), text: 'npm install openai' },
      { place: 'JavaScript', text: node(target, hello(target.group)) },
    ],
  },
  {
    id: 'codex',
    name: 'Codex',
    snippets: (target) => [
      {
        place: home(target, '.codex/config.toml'),
        text: `model = ${json(target.group)}
model_provider = "headgate"

[model_providers.headgate]
name = "Headgate"
base_url = ${json(target.baseUrl)}
env_key = "${variable}"
wire_api = "responses"`,
      },
      environment(target, { [variable]: target.key }),
    ],
  },
  {
    id: 'cline',
    name: 'Cline',
    fields: {
      where: 'Cline → Settings → API Configuration',
      of: ({ baseUrl, key, group }) => [
        ['API Provider', 'OpenAI Compatible'],
        ['Base URL', baseUrl],
        ['OpenAI Compatible API Key', key],
        ['Model ID', group],
      ],
    },
  },
  {
    id: 'continue',
    name: 'Continue',
    snippets: (target) => [
      {
        place: home(target, '.continue/config.yaml'),
        text: `name: Headgate
version: 0.0.1
schema: v1
models:
  - name: Headgate
    provider: openai
    model: ${json(target.group)}
    apiBase: ${json(target.baseUrl)}
    apiKey: ${json(target.key)}
    roles: [chat, edit, apply]`,
      },
    ],
  },
  {
    id: 'open-webui',
    name: 'Open WebUI',
    hint: 'connect.docker',
    fields: {
      where: 'Open WebUI → Admin Panel → Settings → Connections → OpenAI API → +',
      of: ({ baseUrl, key }) => [
        ['URL', baseUrl],
        ['API Key', key],
      ],
    },
  },
  {
    id: 'zed',
    name: 'Zed',
    snippets: (target) => [
      {
        place: 'settings.json (zed: open settings)',
        text: json(
          {
            language_models: {
              openai_compatible: {
                Headgate: {
                  api_url: target.baseUrl,
                  available_models: [
                    { name: target.group, display_name: target.group, max_tokens: 128000 },
                  ],
                },
              },
            },
          },
          null,
          2,
        ),
      },
      environment(target, { [variable]: target.key }),
    ],
  },
  {
    id: 'jetbrains',
    name: 'JetBrains AI Assistant',
    fields: {
      where: 'Settings → Tools → AI Assistant → Providers & API keys',
      of: ({ baseUrl, key, group }) => [
        ['Provider', 'OpenAI-compatible'],
        ['Base URL', baseUrl],
        ['Key', key],
        ['Model', group],
      ],
    },
  },
  {
    id: 'aider',
    name: 'aider',
    snippets: (target) => [
      environment(target, { OPENAI_API_BASE: target.baseUrl, OPENAI_API_KEY: target.key }),
      { place: terminal(target), text: `aider --model openai/${target.group}` },
    ],
  },
  {
    id: 'langchain',
    name: 'LangChain',
    snippets: (target) => [
      { place: terminal(target), text: 'pip install langchain-openai' },
      {
        place: 'Python',
        text: `from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    base_url=${json(target.baseUrl)},
    api_key=${json(target.key)},
    model=${json(target.group)},
)
print(model.invoke("Hello").content)`,
      },
    ],
  },
]

/** The system that this window stands on, as far as it tells. */
export function thisSystem(agent: string): System {
  if (/Windows/.test(agent)) return 'windows'
  return /Mac OS|Macintosh/.test(agent) ? 'macos' : 'linux'
}
