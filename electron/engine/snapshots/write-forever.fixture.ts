import { fileOf } from '../../../shared/snapshot/snapshot.fixture.ts';
import { writeFileWhole } from './whole-file.ts';

/** A process of its own that writes two snapshots in turn over the same name, until it is killed. */
const files = [fileOf(60), fileOf(200)];
for (let n = 0; ; n++) {
  await writeFileWhole(process.argv[2], files[n % 2]);
  process.send?.(n);
}
