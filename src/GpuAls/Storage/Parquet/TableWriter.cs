using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace GpuAls;

/// <summary>Writes a table that fits in memory to a stream, which stays open.</summary>
internal static class TableWriter
{
    /// <summary>Writes CSV with a header.</summary>
    public static async Task WriteCsvAsync(
        Stream stream, IReadOnlyList<ParquetTableColumn> columns, int rowCount, CancellationToken cancellation)
    {
        var text = new StringBuilder().AppendJoin(',', columns.Select(column => column.Name)).Append('\n');
        for (var row = 0; row < rowCount; row++)
            text.AppendJoin(',', columns.Select(column => column.Text(row))).Append('\n');
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes Parquet, in one row group.</summary>
    public static async Task WriteParquetAsync(
        Stream stream, IReadOnlyList<ParquetTableColumn> columns, CancellationToken cancellation)
    {
        var schema = new ParquetSchema(columns.Select(Field (column) => column.Field).ToArray());
        var writer = await ParquetWriter
            .CreateAsync(schema, stream, cancellationToken: cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            using var group = writer.CreateRowGroup();
            foreach (var column in columns) await column.WriteAsync(group, cancellation).ConfigureAwait(false);
            group.CompleteValidate();
        }
    }
}

/// <summary>A column of a table that is written as CSV and as Parquet.</summary>
/// <param name="Name">Its name.</param>
internal abstract record ParquetTableColumn(string Name)
{
    /// <summary>The column in Parquet's schema.</summary>
    public abstract DataField Field { get; }

    /// <summary>A value as a field of CSV.</summary>
    public abstract string Text(int row);

    /// <summary>Writes the values as a column of Parquet.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation);

    /// <summary>A column of integers.</summary>
    public static ParquetTableColumn Of<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, int?> value) =>
        new IntegerColumn(name, [.. rows.Select(value)]);

    /// <summary>A column of numbers; those that are not finite are left empty.</summary>
    public static ParquetTableColumn Of<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, double?> value) =>
        new NumberColumn(name, [.. rows.Select(row => IfFinite(value(row)))]);

    private static double? IfFinite(double? number) => number is { } value && double.IsFinite(value) ? value : null;

    /// <summary>A column of numbers without nulls; those that are not finite are kept.</summary>
    public static ParquetTableColumn Required<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, double> value) =>
        new RequiredNumberColumn(name, [.. rows.Select(value)]);

    /// <summary>A column of strings.</summary>
    public static ParquetTableColumn Of<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, string> value) =>
        new TextColumn(name, [.. rows.Select(value)]);

    private sealed record IntegerColumn(string Name, int?[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField<int?>(Name);

        public override string Text(int row) => Values[row]?.ToString(CultureInfo.InvariantCulture) ?? "";

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) =>
            await group.WriteAsync<int>(Field, (ReadOnlyMemory<int?>)Values, cancellationToken: cancellation)
                .ConfigureAwait(false);
    }

    private sealed record NumberColumn(string Name, double?[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField<double?>(Name);

        public override string Text(int row) => Values[row]?.ToString("R", CultureInfo.InvariantCulture) ?? "";

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) =>
            await group.WriteAsync<double>(Field, (ReadOnlyMemory<double?>)Values, cancellationToken: cancellation)
                .ConfigureAwait(false);
    }

    private sealed record RequiredNumberColumn(string Name, double[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField<double>(Name);

        public override string Text(int row) => Values[row].ToString("R", CultureInfo.InvariantCulture);

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) =>
            await group.WriteAsync<double>(Field, Values, cancellationToken: cancellation).ConfigureAwait(false);
    }

    private sealed record TextColumn(string Name, string[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField(Name, typeof(string), isNullable: false);

        public override string Text(int row) => Values[row].AsSpan().IndexOfAny(",\"\r\n") < 0
            ? Values[row]
            : $"\"{Values[row].Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) =>
            await group.WriteAsync(Field, Values).ConfigureAwait(false);
    }
}
