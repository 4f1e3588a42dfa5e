using System.Text;
using Parquet;
using Parquet.Schema;

namespace GpuAls;

/// <summary>Writes a table that fits in memory.</summary>
internal static class TableWriter
{
    /// <summary>Writes CSV with a header.</summary>
    public static Task WriteCsvAsync(string path, IReadOnlyList<ParquetTableColumn> columns, int rowCount, CancellationToken cancellation)
    {
        var text = new StringBuilder().AppendJoin(',', columns.Select(column => column.Name)).Append('\n');
        for (var row = 0; row < rowCount; row++) text.AppendJoin(',', columns.Select(column => column.Text(row))).Append('\n');
        return File.WriteAllTextAsync(path, text.ToString(), cancellation);
    }

    /// <summary>Writes Parquet.</summary>
    public static async Task WriteParquetAsync(string path, IReadOnlyList<ParquetTableColumn> columns, CancellationToken cancellation)
    {
        var stream = File.Create(path);
        await using (stream.ConfigureAwait(false))
        {
            var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(Field (column) => column.Field).ToArray()), stream, cancellationToken: cancellation).ConfigureAwait(false);
            await using (writer.ConfigureAwait(false))
            {
                using var group = writer.CreateRowGroup();
                foreach (var column in columns) await column.WriteAsync(group, cancellation).ConfigureAwait(false);
                group.CompleteValidate();
            }
        }
    }
}
