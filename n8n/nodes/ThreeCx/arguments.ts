/** Arguments: what was filled in, handed over unchanged. What it means, the core decides. */
import type { IDataObject, IExecuteFunctions, ResourceMapperValue } from 'n8n-workflow';

import { type Given, given, isBlank } from './given';

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

/** All values of a call. */
export interface Arguments {
	parameters: Record<string, Given>;
	fields: Record<string, Given>;
	options: Record<string, Given>;
	body?: Given;
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
		const blank = isBlank(value);
		if (blank && !input.required) continue;
		read[input.in][input.name] = given(blank ? '' : value);
	}
	if (inputs.body) await readBody(context, itemIndex, inputs.body, read);
	const options = context.getNodeParameter('options', itemIndex, {}) as IDataObject | null;
	for (const [name, value] of Object.entries(options ?? {})) {
		const blank = isBlank(value) || (Array.isArray(value) && value.length === 0);
		if (!blank) read.options[name === 'ifMatch' ? 'if-match' : name] = given(value);
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
		? given(context.getNodeParameter('bodyJson', itemIndex, '{}') ?? '')
		: given(mapped(context, itemIndex));
	if (body.field === null) {
		read.body = value;
	} else {
		read.fields[body.field] = value;
	}
	if (!body.files) return;
	const files = context.getNodeParameter('bodyFiles.file', itemIndex, []) as IDataObject[];
	for (const { field, input, encoding } of files) {
		// It says which field the item lacks.
		context.helpers.assertBinaryData(itemIndex, String(input));
		const content = await context.helpers.getBinaryDataBuffer(itemIndex, String(input));
		read.fields[String(field)] = {
			text: content.toString(encoding === 'base64' ? 'base64' : 'utf8'),
		};
	}
}

/**
 * The fields that were chosen one by one. What is blank is not sent; null clears, where an expression yields it or
 * the input item has it: in the editor, a field that was not filled in is null as well.
 */
function mapped(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const mapper = context.getNodeParameter('body', itemIndex, {}) as Partial<ResourceMapperValue>;
	const automatic = mapper.mappingMode === 'autoMapInputData';
	const value: IDataObject =
		(automatic ? context.getInputData()[itemIndex].json : mapper.value) ?? {};
	const fields = new Set((mapper.schema ?? []).map((field) => field.id));
	const chosen = Object.entries(value).filter(([name, entry]) => {
		if (automatic && !fields.has(name)) return false;
		if (entry === null) return automatic || isExpression(context, name);
		return !isBlank(entry);
	});
	return Object.fromEntries(chosen);
}

/** Whether an expression fills a field in, or all of them. */
function isExpression(context: IExecuteFunctions, field: string): boolean {
	const body = context.getNode().parameters?.body as Partial<ResourceMapperValue> | undefined;
	const written = typeof body?.value === 'object' ? body.value?.[field] : body?.value;
	return typeof written === 'string' && written.startsWith('=');
}
