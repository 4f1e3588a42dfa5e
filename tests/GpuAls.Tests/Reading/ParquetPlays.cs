using Parquet;
using Parquet.Schema;

namespace GpuAls.Tests.Reading;

/// <summary>Writes small Parquet files for tests: columns of any type, one or more row groups.</summary>
internal static class ParquetPlays
{
    /// <summary>
    /// A column: its name and its values, an array of string, or of a number or Guid, nullable or not.
    /// </summary>
    public static Task WriteAsync(string path, int rowGroups, params (string Name, Array Values)[] columns) =>
        WriteAsync(path, rowGroups, new ParquetOptions(), columns);

    /// <inheritdoc cref="WriteAsync(string, int, ValueTuple{string, Array}[])"/>
    public static async Task WriteAsync(
        string path, int rowGroups, ParquetOptions options, params (string Name, Array Values)[] columns)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var fields = columns.Select(column => Field(column.Name, column.Values)).ToArray();
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, options);
        var rows = columns[0].Values.Length;
        for (var group = 0; group < rowGroups; group++)
        {
            var (start, end) = (rows * group / rowGroups, rows * (group + 1) / rowGroups);
            using var output = writer.CreateRowGroup();
            for (var column = 0; column < columns.Length; column++)
                await WriteAsync(output, fields[column], columns[column].Values, start, end);
        }
    }

    private static DataField Field(string name, Array values) => values switch
    {
        string?[] => new DataField(name, typeof(string), true),
        byte[][] => new DataField(name, typeof(byte[]), false),
        _ => new DataField(name, values.GetType().GetElementType()!),
    };

    private static Task WriteAsync(ParquetRowGroupWriter output, DataField field, Array values, int start, int end) =>
        values switch
        {
            string?[] text => output.WriteAsync(field, text[start..end]!),
            byte[][] bytes => output.WriteAsync(field, bytes[start..end]),
            int[] numbers => output.WriteAsync<int>(field, numbers.AsMemory(start..end)),
            int?[] numbers => output.WriteAsync<int>(field, (ReadOnlyMemory<int?>)numbers.AsMemory(start..end)),
            // Before long[]: to a type test every ulong[] is a long[] too.
            _ when values.GetType() == typeof(ulong[]) => output
                .WriteAsync<ulong>(field, ((ulong[])(object)values).AsMemory(start..end)),
            long[] numbers => output.WriteAsync<long>(field, numbers.AsMemory(start..end)),
            short[] numbers => output.WriteAsync<short>(field, numbers.AsMemory(start..end)),
            float[] numbers => output.WriteAsync<float>(field, numbers.AsMemory(start..end)),
            double[] numbers => output.WriteAsync<double>(field, numbers.AsMemory(start..end)),
            double?[] numbers => output.WriteAsync<double>(
                field, (ReadOnlyMemory<double?>)numbers.AsMemory(start..end)),
            decimal[] numbers => output.WriteAsync<decimal>(field, numbers.AsMemory(start..end)),
            bool[] flags => output.WriteAsync<bool>(field, flags.AsMemory(start..end)),
            Guid[] uuids => output.WriteAsync<Guid>(field, uuids.AsMemory(start..end)),
            _ => throw new ArgumentException($"no column of {values.GetType()}"),
        };
}
