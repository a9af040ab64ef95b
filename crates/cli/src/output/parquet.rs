//! Parquet, for data warehouses: a column each as in CSV, with the types that the catalogue knows;
//! everything can be null. Times are text as they come, lists are JSON. Rows are written in groups,
//! so that memory stays the same however many there are.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type as Schema;
use threecx_catalog::{Type, TypeRef};

use super::flat::Columns;
use super::rows::Rows;
use super::shape::Shape;
use super::sink::Sink;
use crate::failure::Failure;

/// The number of rows of a group.
const GROUP: usize = 10_000;

/// A list as Parquet.
pub struct ParquetRows {
    /// Until the first row tells the columns, there is no writer.
    sink: Option<Sink>,
    writer: Option<SerializedFileWriter<Sink>>,
    columns: Option<Columns>,
    cells: Vec<Cells>,
    rows: usize,
}

/// The cells of a column in a group: the values that there are, and for each row whether there is one.
struct Cells {
    values: Values,
    present: Vec<i16>,
}

enum Values {
    Truth(Vec<bool>),
    Whole(Vec<i64>),
    Number(Vec<f64>),
    Text(Vec<ByteArray>),
}

impl ParquetRows {
    pub fn new(sink: Sink, shape: &Shape) -> Result<ParquetRows, Failure> {
        let mut rows = ParquetRows { sink: Some(sink), writer: None, columns: None, cells: Vec::new(), rows: 0 };
        if let Some(columns) = Columns::of(shape) {
            rows.begin(columns)?;
        }
        Ok(rows)
    }

    fn begin(&mut self, columns: Columns) -> Result<(), Failure> {
        let fields: Result<Vec<Arc<Schema>>, ParquetError> = columns
            .columns
            .iter()
            .map(|column| {
                let (physical, logical) = match Values::of(column.ty) {
                    Values::Truth(_) => (Physical::BOOLEAN, None),
                    Values::Whole(_) => (Physical::INT64, None),
                    Values::Number(_) => (Physical::DOUBLE, None),
                    Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                };
                let field = Schema::primitive_type_builder(&column.name, physical);
                let field = field.with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
                field.build().map(Arc::new)
            })
            .collect();
        let schema = Schema::group_type_builder("rows").with_fields(fields.map_err(failed)?).build().map_err(failed)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let Some(sink) = self.sink.take() else { return Ok(()) };
        let writer = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        self.cells = columns.columns.iter().map(|column| Cells::of(column.ty)).collect();
        (self.writer, self.columns) = (Some(writer), Some(columns));
        Ok(())
    }

    /// Writes a group.
    fn write(&mut self) -> Result<(), Failure> {
        let Some(writer) = self.writer.as_mut().filter(|_| self.rows > 0) else { return Ok(()) };
        let mut group = writer.next_row_group().map_err(failed)?;
        for cells in &mut self.cells {
            let present = std::mem::take(&mut cells.present);
            match &mut cells.values {
                Values::Truth(values) => column::<BoolType>(&mut group, values, &present),
                Values::Whole(values) => column::<Int64Type>(&mut group, values, &present),
                Values::Number(values) => column::<DoubleType>(&mut group, values, &present),
                Values::Text(values) => column::<ByteArrayType>(&mut group, values, &present),
            }
            .map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.rows = 0;
        Ok(())
    }
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Sink>,
    values: &mut Vec<T::T>,
    present: &[i16],
) -> Result<(), ParquetError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(values, Some(present), None)?;
        column.close()?;
    }
    values.clear();
    Ok(())
}

fn failed(error: ParquetError) -> Failure {
    Failure::File { path: "the Parquet file".into(), reason: error.to_string() }
}

impl Values {
    fn of(ty: Option<TypeRef>) -> Values {
        match ty.filter(|ty| !ty.collection).map(|ty| ty.ty) {
            Some(Type::Boolean) => Values::Truth(Vec::new()),
            Some(Type::Byte | Type::Int32 | Type::Int64) => Values::Whole(Vec::new()),
            Some(Type::Single | Type::Double) => Values::Number(Vec::new()),
            // A decimal number is exact as text.
            _ => Values::Text(Vec::new()),
        }
    }
}

impl Cells {
    fn of(ty: Option<TypeRef>) -> Cells {
        Cells { values: Values::of(ty), present: Vec::new() }
    }

    /// What does not fit its type is as good as absent.
    fn push(&mut self, json: Option<&str>) {
        let json = json.filter(|json| *json != "null");
        fn add<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
            let present = value.is_some();
            values.extend(value);
            present
        }
        let present = match &mut self.values {
            Values::Truth(values) => add(values, json.and_then(|json| json.parse().ok())),
            Values::Whole(values) => add(values, json.and_then(|json| json.trim_matches('"').parse().ok())),
            Values::Number(values) => add(values, json.and_then(|json| json.trim_matches('"').parse().ok())),
            Values::Text(values) => {
                let text = |json: &str| serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
                add(values, json.map(|json| ByteArray::from(text(json).into_bytes())))
            }
        };
        self.present.push(i16::from(present));
    }
}

impl Rows for ParquetRows {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        if self.columns.is_none() {
            self.begin(Columns::of_row(row))?;
        }
        let Some(columns) = &mut self.columns else { return Ok(()) };
        for (json, cells) in columns.cells(row).into_iter().zip(&mut self.cells) {
            cells.push(json.as_deref());
        }
        self.rows += 1;
        if self.rows == GROUP { self.write() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        if self.columns.is_none() {
            self.begin(Columns::default())?;
        }
        self.write()?;
        if let Some(writer) = self.writer {
            writer.into_inner().map_err(failed)?.finish()?;
        }
        Ok(self.columns.iter().flat_map(Columns::left_out).collect())
    }
}
