// What answers in the place of a PBX, or as one that means harm: a list for the tests with the stand-in and for those
// in a real n8n.

const html =
	'<!doctype html><html><head><title>Maintenance</title></head><body>Back soon</body></html>';
const json = 'application/json; odata.metadata=minimal';
const of = (kind, body) => ({
	statusCode: 200,
	headers: { 'content-type': kind, 'x-3cx-version': '20.0.10.1621' },
	body,
});

/** Operations that are answered with nothing, as a rule. What has no body says that it is done. */
const ORDERS = ['update', 'delete', 'order', 'order for several'];

/** Operations that give files, whatever is in them. */
const FILES = ['file', 'recording'];

/** JSON is not what these are due, but it may come from the PBX. */
const LENIENT = ['update', 'delete', 'order', 'order for several', 'create', 'question'];

/** What it is, the answer, and what may be answered with it. */
export const wrongAnswers = [
	['a web page', of('text/html', html)],
	['a web page in capitals', of('TEXT/HTML; charset=UTF-8', html.toUpperCase())],
	['a web page called JSON', of(json, html)],
	['a web page called nothing', { statusCode: 200, headers: {}, body: html }],
	['a web page after a byte order mark', of(json, `\uFEFF\n${html}`)],
	['a web page under 201', { ...of('text/html', html), statusCode: 201 }],
	['a web page under 202', { ...of('text/html', html), statusCode: 202 }],
	['an empty page', of('text/html', '')],
	['XHTML', of('application/xhtml+xml', `<?xml version="1.0"?>${html}`)],
	['nothing', of(json, ''), ORDERS],
	['blanks', of(json, ' \r\n\t'), ORDERS],
	['text', of('text/plain', 'OK'), FILES],
	['text called JSON', of(json, 'OK')],
	['half a list', of(json, '{"value":[{"Id":1},{"Id"')],
	['two answers', of(json, '{"value":[]}{"value":[]}')],
	['an error', of(json, '{"error":{"code":"","message":"in maintenance"}}')],
	['an error as text', of(json, '{"error":"in maintenance"}')],
	['an error without words', of(json, '{"error":{}}')],
	['an error under 201', { ...of(json, '{"error":{"message":"no"}}'), statusCode: 201 }],
	[
		'an error after other members',
		of(json, '{"@odata.context":"x","status":500,"error":{"message":"no"}}'),
	],
	['JSON that is nested without end', of(json, '['.repeat(100_000)), []],
	['JSON that is nested deeply', of(json, `{"value":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
	[
		'a list of texts',
		of(json, '{"value":["a","b"]}'),
		[...LENIENT, ...FILES, 'get', 'get a setting'],
	],
];

const rows = (from, count) =>
	Array.from({ length: count }, (_, index) => ({ Id: from + index, Number: `${from + index}` }));

/** Lists that do not end: what a page has, by its number. */
export const endless = [
	['$skip is left out of account', () => ({ value: rows(1, 100) })],
	[
		'the same, with a key that was not selected',
		() => ({ value: rows(1, 100) }),
		{ selected: true },
	],
	['two pages in turn', (page) => ({ value: rows(1 + (page % 2) * 100, 100) })],
	['$top and $skip are left out of account', () => ({ value: rows(1, 500) })],
	[
		'the next page is the same one',
		() => ({ value: rows(1, 20), '@odata.nextLink': '/xapi/v1/Users?$skiptoken=x' }),
	],
	[
		'next pages in a circle',
		(page) => ({
			value: rows(1 + (page % 3) * 20, 20),
			'@odata.nextLink': `/xapi/v1/Users?$skiptoken=${page % 3}`,
		}),
	],
	[
		'always another row on a next page',
		(page) => ({ value: rows(page, 1), '@odata.nextLink': `/xapi/v1/Users?$skiptoken=${page}` }),
	],
];
