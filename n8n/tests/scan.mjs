// What n8n's scanner says of a package, without its registry: `node tests/scan.mjs FOLDER`.
import { analyzePackage } from '../node_modules/@n8n/scan-community-package/scanner/scanner.mjs';

const result = await analyzePackage(process.argv[2], ['**/*.js', 'package.json']);
if (!result.passed) {
	console.error(result.message, result.details ?? '');
	process.exit(1);
}
console.log('The scanner has no objections.');
