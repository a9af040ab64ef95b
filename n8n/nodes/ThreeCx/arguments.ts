/** Arguments: what was filled in, handed over unchanged. What it means, the core decides. */
import type { IDataObject, IExecuteFunctions, ResourceMapperValue } from 'n8n-workflow';

/** What an operation takes, as the core tells. */
export interface Inputs {
	inputs: Array<{
		parameter: string;
		name: string;
		in: 'parameters' | 'fields';
		control: 'locator' | 'several' | 'plain';
		required: boolean;
	}>;
	body: { field: string | null; list: boolean; files: boolean } | null;
	options: string[];
	paged: boolean;
}

/** A value: what a person typed, or what is JSON already. */
export type Given = { text: string } | { json: unknown };

/** All values of a call. */
export interface Arguments {
	parameters: Record<string, Given>;
	fields: Record<string, Given>;
	options: Record<string, Given>;
	body?: Given;
}

export function given(value: unknown): Given {
	return typeof value === 'string' ? { text: value } : { json: value };
}

/** Reads the parameters of one item. */
export async function readArguments(
	context: IExecuteFunctions,
	itemIndex: number,
	inputs: Inputs,
): Promise<Arguments> {
	const read: Arguments = { parameters: {}, fields: {}, options: {} };
	for (const input of inputs.inputs) {
		const value = readInput(context, itemIndex, input);
		const nothing = value === '' || value === undefined || value === null;
		if (nothing && !input.required) continue;
		read[input.in][input.name] = given(nothing ? '' : value);
	}
	if (inputs.body) await readBody(context, itemIndex, inputs.body, read);
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	for (const [name, value] of Object.entries(options)) {
		const nothing = value === '' || (Array.isArray(value) && value.length === 0);
		if (!nothing) read.options[name === 'ifMatch' ? 'if-match' : name] = given(value);
	}
	return read;
}

function readInput(
	context: IExecuteFunctions,
	itemIndex: number,
	{ parameter, control }: Inputs['inputs'][number],
): unknown {
	if (control === 'locator') {
		return context.getNodeParameter(parameter, itemIndex, '', { extractValue: true });
	}
	if (control === 'several') {
		const from = context.getNodeParameter(`${parameter}From`, itemIndex, 'json');
		if (from === 'list') return context.getNodeParameter(`${parameter}Picked`, itemIndex, []);
	}
	return context.getNodeParameter(parameter, itemIndex, '');
}

async function readBody(
	context: IExecuteFunctions,
	itemIndex: number,
	body: NonNullable<Inputs['body']>,
	read: Arguments,
): Promise<void> {
	const asJson = body.list || context.getNodeParameter('bodyMode', itemIndex, 'fields') === 'json';
	const value = asJson
		? given(context.getNodeParameter('bodyJson', itemIndex, '{}'))
		: { json: mapped(context, itemIndex) };
	if (body.field === null) {
		read.body = value;
	} else {
		read.fields[body.field] = value;
	}
	if (!body.files) return;
	const files = context.getNodeParameter('bodyFiles.file', itemIndex, []) as IDataObject[];
	for (const { field, input, encoding } of files) {
		const content = await context.helpers.getBinaryDataBuffer(itemIndex, String(input));
		read.fields[String(field)] = {
			text: content.toString(encoding === 'base64' ? 'base64' : 'utf8'),
		};
	}
}

/** The fields that were chosen one by one. One that was left empty is not sent. */
function mapped(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const mapper = context.getNodeParameter('body', itemIndex, {}) as Partial<ResourceMapperValue>;
	const automatic = mapper.mappingMode === 'autoMapInputData';
	const value: IDataObject =
		(automatic ? context.getInputData()[itemIndex].json : mapper.value) ?? {};
	const fields = new Set((mapper.schema ?? []).map((field) => field.id));
	const chosen = Object.entries(value).filter(
		([name, entry]) => entry !== null && entry !== undefined && (!automatic || fields.has(name)),
	);
	return Object.fromEntries(chosen);
}
