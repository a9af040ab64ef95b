/** Values as they were filled in, or as an expression yields them, in a form in which nothing is lost on the way. */

/** A value: what a person typed, or what is JSON already. */
export type Given = { text: string } | { json: unknown };

export function given(value: unknown): Given {
	// Some programs put a byte order mark before what is copied from them.
	if (typeof value === 'string') return { text: value.replace(/^\uFEFF/, '') };
	return { json: isDeep(value) ? DEEP : plain(value) };
}

/** Whether nothing was filled in: what is blank stays as it is. */
export function isBlank(value: unknown): value is '' | null | undefined {
	return value === '' || value === undefined || value === null;
}

/** More levels than the core takes. */
const DEEPEST = 100;

/** What stands for a value that is nested too deeply: the core refuses it by its depth. */
const DEEP: unknown = JSON.parse('['.repeat(DEEPEST) + ']'.repeat(DEEPEST));

function isDeep(value: unknown): boolean {
	let level = [value].filter(isContainer);
	for (let depth = 0; depth < DEEPEST; depth++) {
		if (level.length === 0) return false;
		const below = new Set<object>();
		for (const part of level)
			for (const inner of Object.values(part)) if (isContainer(inner)) below.add(inner);
		level = [...below];
	}
	return true;
}

function isContainer(value: unknown): value is object {
	return typeof value === 'object' && value !== null && !isWritten(value);
}

/** What says itself how it is written: dates, and n8n's own `DateTime`. */
function isWritten(value: object): value is { toJSON(): unknown } {
	return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** JSON has no word for some values, and would write `null` for them, which clears a field. */
function plain(value: unknown): unknown {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return value;
		case 'number':
			return Number.isFinite(value) ? value : String(value);
		case 'bigint':
			return String(value);
		case 'object':
			if (value === null) return null;
			if (Array.isArray(value)) return value.map(plain);
			if (isWritten(value)) return value.toJSON() ?? String(value);
			return Object.fromEntries(
				Object.entries(value)
					.filter(([, member]) => member !== undefined)
					.map(([name, member]) => [name, plain(member)]),
			);
		default:
			return null;
	}
}
