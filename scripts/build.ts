import { bundle } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';

await bundle('dist');
await writeDeclarations('public.d.ts', 'dist/types');
