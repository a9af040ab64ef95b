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
import { type Amount, type Answer, callOnce, callPaged } from './call';
import { call } from './core';
import { failure } from './failure';
import { pickers } from './generated/pickers.gen';
import { pbx } from './transport';

/** The number of choices that are loaded at once where there is no search. */
const MOST = 2000;

/** The number of choices that are shown at once where there is. */
const PAGE = 100;

interface Picker {
	operation: string;
	value: string;
	label: string[];
	search: boolean;
	paged: boolean;
	select: string | null;
}

async function pick(
	context: ILoadOptionsFunctions,
	of: string,
	amount: Amount,
	search?: string,
): Promise<INodePropertyOptions[]> {
	const reply = call<Picker>({ do: 'picker', of });
	if (reply.error) throw failure(context.getNode(), reply.error);
	const picker = reply as Picker;
	const options: Arguments['options'] = {};
	if (picker.select) options.select = { text: picker.select };
	if (search && picker.search) options.search = { text: search };
	const what = { operation: picker.operation, arguments: { parameters: {}, fields: {}, options } };
	const answer: Answer = picker.paged
		? await callPaged(context, what, amount)
		: await callOnce(context, what);
	const rows = (answer.kind === 'rows' ? answer.rows : []) as IDataObject[];
	const choices = rows.map((row) => {
		const label = picker.label.map((name) => row[name]).filter((part) => part);
		const value = row[picker.value] as string | number;
		return { name: label.length > 0 ? label.join(' ') : String(value), value };
	});
	if (!search || picker.search) return choices;
	return choices.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
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
			const skip = Number(token ?? 0);
			const results = await pick(this, of, { wanted: PAGE, skip }, filter);
			const more = results.length === PAGE ? String(skip + PAGE) : undefined;
			return { results, paginationToken: more };
		},
	]),
);

/** Lists to pick several from, and what of an answer can be selected and expanded. */
export const loadOptions = {
	...Object.fromEntries(
		entries.map(([method, of]) => [
			method,
			async function (this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
				return await pick(this, of, { wanted: MOST });
			},
		]),
	),
	async getSelect(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return properties(this, 'select');
	},
	async getExpand(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		return properties(this, 'expand');
	},
};

function properties(context: ILoadOptionsFunctions, which: 'select' | 'expand') {
	const reply = about<Record<typeof which, INodePropertyOptions[]>>(context, 'properties');
	return reply[which] ?? [];
}

/** The fields of a body, typed. */
export const resourceMapping = {
	async getFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
		const reply = about<{ fields: ResourceMapperField[] }>(this, 'fields');
		const shown = { defaultMatch: false, canBeUsedToMatch: false, display: true };
		return { fields: (reply.fields ?? []).map((field) => ({ ...shown, ...field })) };
	},
};

/** Asks the core about the chosen operation. */
function about<T>(context: ILoadOptionsFunctions, command: string) {
	const operation = context.getCurrentNodeParameter('operation');
	const reply = call<T>({ do: command, operation, version: pbx(context).version });
	if (reply.error) throw failure(context.getNode(), reply.error);
	return reply;
}
