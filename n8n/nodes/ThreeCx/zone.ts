/**
 * Times without an offset, as the editor's picker gives them: they are meant in the workflow's time zone. Where an
 * instant is wanted, the core knows; what time it is there, only n8n does.
 */
import type { Arguments } from './arguments';

/**
 * A day, or a time of one, that is a text of its own, perhaps inside of text that is JSON. What comes before it is only
 * looked at where a year begins: long stretches of blanks would take seconds otherwise.
 */
const LOCAL =
	/(?=\d{4}-)(?<="\s*)\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?=\s*\\?")/g;

/** What the times without an offset among the arguments are in a time zone: `2026-11-01` → `2026-11-01T00:00-04:00`. */
export function instantsIn(given: Arguments, zone: string): Record<string, string> {
	const instants: Record<string, string> = {};
	for (const [text] of JSON.stringify(given).matchAll(LOCAL)) {
		const time = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T');
		const local = Date.parse(`${time}Z`);
		// The core says what is wrong with a day that there is not.
		if (!Number.isNaN(local)) instants[text] = time + written(offsetAt(local, zone));
	}
	return instants;
}

const MINUTE = 60_000;

/** How many minutes a zone is ahead of UTC at a time of its own. */
function offsetAt(local: number, zone: string): number {
	// The offset at the same time in UTC is right, unless the clocks change in between.
	const guess = offset(local, zone);
	return offset(local - guess * MINUTE, zone);
}

/** To make one takes longer than to use it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
	const format =
		formats.get(zone) ??
		new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
	formats.set(zone, format);
	return format;
}

/** How many minutes a zone is ahead of UTC at an instant. */
function offset(instant: number, zone: string): number {
	const name = formatOf(zone)
		.formatToParts(instant)
		.find(({ type }) => type === 'timeZoneName')?.value;
	const [, sign = '+', hours = '0', minutes = '0'] =
		/GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? [];
	return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

function written(offset: number): string {
	const two = (number: number) => String(number).padStart(2, '0');
	const minutes = Math.abs(offset);
	return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
