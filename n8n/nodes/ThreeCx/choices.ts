/** Choices: what the editor offers while someone fills in the node. */
import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';

import type { Arguments } from './arguments';
import { type Answer, callOnce, callPaged } from './call';
import { call } from './core';
import { failure } from './failure';
import { pickers } from './generated/pickers.gen';
import { versionOf } from './version';

/** The number of rows that are looked through for choices. */
const MOST = 2000;

/** The number of choices that are shown at once where there is a search. */
const PAGE = 100;

interface Picker {
	operation: string;
	value: string;
	label: string[];
	search: boolean;
	paged: boolean;
	select: string | null;
}

/** What can be chosen. */
interface Choices {
	choices: INodePropertyOptions[];
	/** Whether there is more of it. */
	more: boolean;
}

function pickerOf(context: ILoadOptionsFunctions, of: string): Picker {
	const reply = call<Picker>({ do: 'picker', of });
	if (reply.error) throw failure(context.getNode(), reply.error);
	return reply as Picker;
}

async function pick(
	context: ILoadOptionsFunctions,
	picker: Picker,
	{ wanted, skip }: { wanted: number; skip?: number },
	search?: string,
): Promise<Choices> {
	const options: Arguments['options'] = {};
	if (picker.select) options.select = { text: picker.select };
	if (search) options.search = { text: search };
	const what = { operation: picker.operation, arguments: { parameters: {}, fields: {}, options } };
	const answer: Answer = picker.paged
		? await callPaged(context, what, { wanted, skip })
		: await callOnce(context, what);
	const rows = (answer.kind === 'rows' ? answer.rows : []) as IDataObject[];
	const choices = rows.map((row) => {
		const label = picker.label.map((name) => row[name]).filter((part) => part);
		const value = row[picker.value] as string | number;
		return { name: label.length > 0 ? label.join(' ') : String(value), value };
	});
	return { choices, more: picker.paged && rows.length === wanted };
}

/**
 * What has all the words in its name. A PBX takes several words for a phrase, in one property: so it is asked for the
 * longest of them, if it can be asked at all, and the others are looked for here.
 */
async function find(
	context: ILoadOptionsFunctions,
	picker: Picker,
	words: string[],
): Promise<Choices> {
	const [longest] = [...words].sort((one, other) => other.length - one.length);
	const search = picker.search ? longest : undefined;
	const found = await pick(context, picker, { wanted: MOST }, search);
	const others = words.filter((word) => word !== search).map((word) => word.toLowerCase());
	const fits = (name: string) => others.every((word) => name.toLowerCase().includes(word));
	return { ...found, choices: found.choices.filter(({ name }) => fits(name)) };
}

const entries = Object.entries(pickers);

/** Searchable lists, for resource locators. */
export const listSearch = Object.fromEntries(
	entries.map(([method, of]) => [
		method,
		async function (
			this: ILoadOptionsFunctions,
			filter?: string,
			token?: string,
		): Promise<INodeListSearchResult> {
			const picker = pickerOf(this, of);
			const words = (filter ?? '').split(/\s+/).filter((word) => word);
			if (words.length > 1 || (words.length === 1 && !picker.search)) {
				const { choices, more } = await find(this, picker, words);
				return { results: more ? [...choices, narrowDown()] : choices };
			}
			const skip = Number(token ?? 0);
			const page = { wanted: PAGE, skip };
			const { choices, more } = await pick(this, picker, page, words[0]);
			return { results: choices, paginationToken: more ? String(skip + PAGE) : undefined };
		},
	]),
);

/** The last choice, where there are more than can be shown. Nothing has its value. */
function narrowDown(): INodePropertyOptions {
	return { name: `(Only the First ${MOST.toLocaleString('en')} Were Searched)`, value: '' };
}

function useExpression(): INodePropertyOptions {
	const first = `(Only the First ${MOST.toLocaleString('en')} Are Listed: Give Others as JSON or Expression)`;
	return { name: first, value: '' };
}

/** Lists to pick several from, and what of an answer can be selected and expanded. */
export const loadOptions = {
	...Object.fromEntries(
		entries.map(([method, of]) => [
			method,
			async function (this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				const { choices, more } = await pick(this, pickerOf(this, of), { wanted: MOST });
				return more ? [...choices, useExpression()] : choices;
			},
		]),
	),
	async getSelect(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return await properties(this, 'select');
	},
	async getExpand(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return await properties(this, 'expand');
	},
};

async function properties(context: ILoadOptionsFunctions, which: 'select' | 'expand') {
	const reply = await about<Record<typeof which, INodePropertyOptions[]>>(context, 'properties');
	return reply[which] ?? [];
}

/** The fields of a body, typed. */
export const resourceMapping = {
	async getFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
		const reply = await about<{ fields: ResourceMapperField[] }>(this, 'fields');
		const shown = { defaultMatch: false, canBeUsedToMatch: false, display: true };
		return { fields: (reply.fields ?? []).map((field) => ({ ...shown, ...field })) };
	},
};

/** Asks the core about the chosen operation. */
async function about<T>(context: ILoadOptionsFunctions, command: string) {
	const operation = context.getCurrentNodeParameter('operation');
	const version = await versionOf(context);
	const reply = call<T>({ do: command, operation, version });
	if (reply.error) throw failure(context.getNode(), reply.error);
	return reply;
}
