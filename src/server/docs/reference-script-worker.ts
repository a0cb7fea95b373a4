/** Sends the script of the API reference to its parent, as gzip. Started by reference-script. */
import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import scalar from '@scalar/fastify-api-reference'
import Fastify from 'fastify'

const app = Fastify()
await app.register(scalar, { routePrefix: '/docs', configuration: { url: 'openapi.json' } })
const { statusCode, rawPayload } = await app.inject('/docs/js/scalar.js')
if (statusCode !== 200) throw new Error(`@scalar/fastify-api-reference answers its script with ${statusCode}`)
parentPort?.postMessage(gzipSync(rawPayload, { level: 9 }))
