export interface Preset {
  name: string
  baseUrl: string
  /** Where a key is to be had, as people read it; none is needed without. */
  keyAt?: string
}

/** Where well-known services and local servers answer. */
export const presets: Preset[] = [
  { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', keyAt: 'platform.openai.com/api-keys' },
  { name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1', keyAt: 'openrouter.ai/keys' },
  { name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1', keyAt: 'console.groq.com/keys' },
  {
    name: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    keyAt: 'platform.deepseek.com/api_keys',
  },
  { name: 'Mistral', baseUrl: 'https://api.mistral.ai/v1', keyAt: 'console.mistral.ai/api-keys' },
  {
    name: 'Together',
    baseUrl: 'https://api.together.xyz/v1',
    keyAt: 'api.together.ai/settings/api-keys',
  },
  {
    name: 'Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyAt: 'aistudio.google.com/apikey',
  },
  { name: 'xAI', baseUrl: 'https://api.x.ai/v1', keyAt: 'console.x.ai' },
  {
    name: 'Moonshot',
    baseUrl: 'https://api.moonshot.ai/v1',
    keyAt: 'platform.moonshot.ai/console/api-keys',
  },
  {
    name: 'Moonshot (China)',
    baseUrl: 'https://api.moonshot.cn/v1',
    keyAt: 'platform.moonshot.cn/console/api-keys',
  },
  {
    name: 'Z.ai',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    keyAt: 'z.ai/manage-apikey/apikey-list',
  },
  {
    name: 'Zhipu (China)',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    keyAt: 'open.bigmodel.cn/usercenter/apikeys',
  },
  {
    name: 'SiliconFlow',
    baseUrl: 'https://api.siliconflow.com/v1',
    keyAt: 'cloud.siliconflow.com/account/ak',
  },
  {
    name: 'SiliconFlow (China)',
    baseUrl: 'https://api.siliconflow.cn/v1',
    keyAt: 'cloud.siliconflow.cn/account/ak',
  },
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
]
