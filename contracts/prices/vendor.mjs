// Writes the price list of the installed genai-prices as data: names, matches and rates, one model a line so that a
// refresh shows in a diff what changed. Descriptions, URLs and code stay behind.
import { readFileSync, writeFileSync } from 'node:fs'
import { waitForUpdate } from '@pydantic/genai-prices'

const folder = new URL('./node_modules/@pydantic/genai-prices/', import.meta.url)
const { name, version, license } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'))
const target = new URL('../src/main/resources/price/', import.meta.url)

const one = (value) => JSON.stringify(value)
const providers = (await waitForUpdate()).map((provider) => {
  const head = { id: provider.id, provider_match: provider.provider_match, fallback_model_providers: provider.fallback_model_providers }
  const models = provider.models.map(({ id, match, prices }) => '    ' + one({ id, match, prices }))
  return '  ' + one(head).slice(0, -1) + ',"models":[\n' + models.join(',\n') + '\n  ]}'
})
const head = { source: 'genai-prices', version, package: name, license }
writeFileSync(
  new URL('genai-prices.json', target),
  one(head).slice(0, -1) + ',"providers":[\n' + providers.join(',\n') + '\n]}\n')
writeFileSync(new URL('genai-prices.LICENSE', target), readFileSync(new URL('LICENSE', folder)))
console.log(`${name} ${version} (${license}): ${providers.length} providers`)
