// Has genai-prices itself compute what turns cost; PricesGoldenTest compares. With --all, one turn of every model.
import { writeFileSync } from 'node:fs'
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices'

const usage = (input, output, read = 0, write = 0, hour = 0, reasoning = 0) => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_tokens: read,
  cache_write_tokens: write,
  cache_write_1h_tokens: hour,
  reasoning_tokens: reasoning,
})

/** The package counts in binary fractions: what is left of them after 10⁻¹³ dollars is noise, not a price. */
const nano = (dollars) => Math.round(Number((dollars * 1e9).toFixed(4)))

function cost(provider, model, at, used) {
  const { reasoning_tokens, ...tokens } = used
  try {
    const price = calcPrice(
      {
        ...tokens,
        cache_write_5m_tokens: used.cache_write_tokens - used.cache_write_1h_tokens,
        output_reasoning_tokens: reasoning_tokens,
      },
      model,
      { providerId: provider, timestamp: new Date(at) })
    return price === null ? null : nano(price.total_price)
  } catch (refused) {
    return null
  }
}

const line = (provider, model, at, used) =>
  JSON.stringify({ provider, model, at, usage: used, nano_usd: cost(provider, model, at, used) })

const usages = [
  usage(1, 1),
  usage(1234, 567),
  usage(180_001, 4_321, 150_000, 20_000, 0),
  usage(99_999, 2_048, 70_007, 20_003, 20_003),
  usage(120_000, 3_333, 60_000, 40_000, 15_001, 1_111),
  usage(200_000, 1_000, 10, 20, 5),
  usage(200_001, 1_000, 100_000, 50_000, 25_000),
  usage(999_999, 65_536, 900_000, 50_001, 1, 40_000),
  usage(100, 10, 90, 20, 0),
]
const models = [
  ['anthropic', 'claude-sonnet-4-5-20250929'],
  ['anthropic', 'claude-sonnet-4-6'],
  ['anthropic', 'claude-opus-4-6'],
  ['anthropic', 'claude-opus-5-20260401'],
  ['anthropic', 'claude-3-5-haiku-latest'],
  ['anthropic', 'CLAUDE-3-7-Sonnet-20250219'],
  ['openai', 'gpt-5'],
  ['openai', 'gpt-5-mini-2025-08-07'],
  ['openai', 'gpt-5.4'],
  ['openai', 'gpt-4o-mini'],
  ['openai', 'o3'],
  ['gemini', 'gemini-2.5-pro'],
  ['gemini', 'gemini-2.5-flash'],
  ['gemini', 'gemini-3-pro-preview'],
  ['bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['bedrock', 'eu.anthropic.claude-3-5-sonnet-20241022-v2:0'],
  ['bedrock', 'amazon.nova-pro-v1:0'],
  ['deepseek', 'deepseek-chat'],
  ['deepseek', 'deepseek-reasoner'],
  ['x-ai', 'grok-4-0709'],
  ['azure', 'gpt-5'],
  ['litellm', 'anthropic/claude-sonnet-4-5'],
  ['perplexity', 'sonar-deep-research'],
  ['perplexity', 'sonar-pro'],
  ['openai', 'gpt-5-mini-20250807'],
  ['openai', 'no-such-model'],
  ['ollama', 'llama3.2'],
]
const times = ['2025-06-30T12:00:00Z', '2026-03-12T23:59:59.999Z', '2026-03-13T00:00:00Z', '2026-10-01T17:30:00Z']

const lines = []
if (process.argv.includes('--all')) {
  for (const provider of await waitForUpdate())
    for (const model of provider.models)
      for (const at of times) for (const used of [usages[4], usages[7]]) lines.push(line(provider.id, model.id, at, used))
} else {
  for (const [provider, model] of models)
    for (const used of usages) {
      const costs = times.map((at) => line(provider, model, at, used))
      // Where the price did not change with the time, one time is enough.
      lines.push(...costs.filter((text, i) => i === 3 || JSON.parse(text).nano_usd !== JSON.parse(costs[3]).nano_usd))
    }
}
writeFileSync(process.argv[2], lines.join('\n') + '\n')
console.log(`${lines.length} turns`)
