// Has genai-prices itself read bodies as providers send them, and compute what they cost; ProviderBodiesTest compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices'

const at = '2026-10-01T12:00:00Z'
const samples = new URL('../../ingest-service/src/test/resources/providers/', import.meta.url)
const sample = (name) => JSON.parse(readFileSync(new URL(name, samples), 'utf8'))

/** The package counts in binary fractions: what is left of them after 10⁻¹³ dollars is noise, not a price. */
const nano = (dollars) => Math.round(Number((dollars * 1e9).toFixed(4)))

const anthropic = (usage, model = 'claude-sonnet-4-6') => ({
  id: 'msg_1', type: 'message', role: 'assistant', model, content: [{ type: 'text', text: 'So.' }], stop_reason: 'end_turn', usage,
})
const chat = (model, usage) => ({
  model, choices: [{ index: 0, message: { role: 'assistant', content: 'So.' }, finish_reason: 'stop' }], usage,
})
const responses = (model, usage) => ({
  object: 'response', model, status: 'completed', usage,
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'So.' }] }],
})
const gemini = (modelVersion, usageMetadata) => ({
  modelVersion, candidates: [{ content: { role: 'model', parts: [{ text: 'So.' }] }, finishReason: 'STOP' }], usageMetadata,
})
const converse = (usage) => ({
  output: { message: { role: 'assistant', content: [{ text: 'So.' }] } }, stopReason: 'end_turn', usage,
})
const modality = (modality, tokenCount) => ({ modality, tokenCount })

// Searches among a response's items are left out: the package does not count them.
/** Provider, the package's name for its form, a model where the body has none, the body. */
const bodies = [
  ['anthropic', 'default', null, sample('anthropic.json')],
  ['anthropic', 'default', null, anthropic({ input_tokens: 11, output_tokens: 7 })],
  ['anthropic', 'default', null, anthropic({ input_tokens: 1200, output_tokens: 345, cache_read_input_tokens: 50_000,
    cache_creation_input_tokens: 3000, cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 2000 } })],
  ['anthropic', 'default', null, anthropic({ input_tokens: 9000, output_tokens: 800, service_tier: 'standard', inference_geo: 'global',
    server_tool_use: { web_search_requests: 100, web_fetch_requests: 2 }, output_tokens_details: { thinking_tokens: 300 } })],
  ['anthropic', 'default', null, anthropic({ input_tokens: 250_000, output_tokens: 10 }, 'claude-sonnet-4-5-20250929')],
  ['openai', 'chat', null, sample('openai-chat.json')],
  ['openai', 'chat', null, chat('gpt-audio', { prompt_tokens: 500, completion_tokens: 300,
    prompt_tokens_details: { audio_tokens: 400, cached_tokens: 0 }, completion_tokens_details: { audio_tokens: 250, reasoning_tokens: 0 } })],
  ['openai', 'chat', null, chat('gpt-5.4', { prompt_tokens: 280_000, completion_tokens: 1000,
    prompt_tokens_details: { cached_tokens: 100_000, audio_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 600, audio_tokens: 0 } })],
  ['openai', 'chat', null, chat('gpt-5.6-sol', { prompt_tokens: 3000, completion_tokens: 20,
    prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 500 } })],
  ['openai', 'responses', null, responses('gpt-5-mini', { input_tokens: 900, output_tokens: 100,
    input_tokens_details: { cached_tokens: 512 }, output_tokens_details: { reasoning_tokens: 64 } })],
  ['gemini', 'default', null, sample('gemini.json')],
  ['gemini', 'default', null, gemini('gemini-2.5-flash', { promptTokenCount: 1000, candidatesTokenCount: 50, thoughtsTokenCount: 70,
    promptTokensDetails: [modality('TEXT', 300), modality('AUDIO', 700)] })],
  ['gemini', 'default', null, gemini('gemini-2.5-flash', { promptTokenCount: 1000, candidatesTokenCount: 50, cachedContentTokenCount: 600,
    cacheTokensDetails: [modality('TEXT', 200), modality('AUDIO', 400)],
    promptTokensDetails: [modality('TEXT', 300), modality('AUDIO', 700)] })],
  ['gemini', 'default', null, gemini('gemini-2.5-flash-image', { promptTokenCount: 20, candidatesTokenCount: 1390,
    promptTokensDetails: [modality('TEXT', 20)], candidatesTokensDetails: [modality('TEXT', 100), modality('IMAGE', 1290)] })],
  ['gemini', 'default', null, gemini('gemini-2.5-pro', { promptTokenCount: 250_000, candidatesTokenCount: 50,
    promptTokensDetails: [modality('TEXT', 1000), modality('VIDEO', 249_000)] })],
  ['bedrock', 'default', 'anthropic.claude-sonnet-4-5-20250929-v1:0', converse({ inputTokens: 125, outputTokens: 60,
    cacheReadInputTokens: 1000, cacheWriteInputTokens: 300, totalTokens: 1485 })],
  ['bedrock', 'default', 'amazon.nova-pro-v1:0', converse({ inputTokens: 700, outputTokens: 90, totalTokens: 790 })],
]
const names = { gemini: 'google', bedrock: 'aws' }

const lines = bodies.map(([provider, flavor, model, body]) => {
  const known = findProvider({ providerId: names[provider] ?? provider })
  const { model: named, usage } = extractUsage(known, { model: null, ...body }, flavor)
  const price = calcPrice(usage, model ?? named, { providerId: known.id, timestamp: new Date(at) })
  return JSON.stringify({ provider, model: model ?? named, at, usage, nano_usd: nano(price.total_price), body })
})
writeFileSync(process.argv[2], lines.join('\n') + '\n')
console.log(`${lines.length} bodies`)
