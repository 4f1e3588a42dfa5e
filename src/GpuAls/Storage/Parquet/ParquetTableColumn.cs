using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace GpuAls;

/// <summary>A column of a table that is written as CSV and as Parquet.</summary>
/// <param name="Name">Its name.</param>
internal abstract record ParquetTableColumn(string Name)
{
    /// <summary>Its form in Parquet.</summary>
    public abstract DataField Field { get; }

    /// <summary>A value as a field of CSV.</summary>
    public abstract string Text(int row);

    /// <summary>Writes it as a column of Parquet.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation);

    /// <summary>A column of integers.</summary>
    public static ParquetTableColumn Of<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, int?> value) => new IntegerColumn(name, [.. rows.Select(value)]);

    /// <summary>A column of numbers; what is not finite is left empty.</summary>
    public static ParquetTableColumn Of<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, double?> value) =>
        new NumberColumn(name, [.. rows.Select(row => value(row) is { } number && double.IsFinite(number) ? number : (double?)null)]);

    /// <summary>A column of texts.</summary>
    public static ParquetTableColumn Of<TRow>(IReadOnlyList<TRow> rows, string name, Func<TRow, string> value) => new TextColumn(name, [.. rows.Select(value)]);

    private sealed record IntegerColumn(string Name, int?[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField<int?>(Name);

        public override string Text(int row) => Values[row]?.ToString(CultureInfo.InvariantCulture) ?? "";

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) =>
            await group.WriteAsync<int>(Field, (ReadOnlyMemory<int?>)Values, cancellationToken: cancellation).ConfigureAwait(false);
    }

    private sealed record NumberColumn(string Name, double?[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField<double?>(Name);

        public override string Text(int row) => Values[row]?.ToString("R", CultureInfo.InvariantCulture) ?? "";

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) =>
            await group.WriteAsync<double>(Field, (ReadOnlyMemory<double?>)Values, cancellationToken: cancellation).ConfigureAwait(false);
    }

    private sealed record TextColumn(string Name, string[] Values) : ParquetTableColumn(Name)
    {
        public override DataField Field { get; } = new DataField(Name, typeof(string), isNullable: false);

        public override string Text(int row) =>
            Values[row].AsSpan().IndexOfAny(",\"\r\n") < 0 ? Values[row] : $"\"{Values[row].Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

        public override async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation) => await group.WriteAsync(Field, Values).ConfigureAwait(false);
    }
}
