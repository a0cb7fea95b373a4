import { test } from 'node:test'
import { openStoreOnDisk } from './store-on-disk.ts'
import { writePathKeepsItsPromises } from './write-path-model.ts'

const SIZES = { packBytes: 64 * 1024, segmentBytes: 32 * 1024, segments: 5 }

test('on disk, with segments that are recycled all the time, nothing is lost or doubled', () =>
  writePathKeepsItsPromises(() => openStoreOnDisk(SIZES), 15))
