using Parquet;
using Parquet.Schema;

namespace GpuAls;

/// <summary>Columns of ids in Parquet, with the type the ids came in with.</summary>
internal static class ParquetIds
{
    /// <summary>The column for the ids of one side.</summary>
    public static DataField Field(string name, IdType type) => type switch
    {
        IdType.Text => new DataField(name, typeof(string), isNullable: false),
        IdType.Integer32 => new DataField<int>(name),
        IdType.Integer64 => new DataField<long>(name),
        IdType.Uuid => new DataField<Guid>(name),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Writes the ids at some indices as one column chunk.</summary>
    public static Task WriteAsync(ParquetRowGroupWriter writer, DataField field, IdIndex ids, int[] indices) => ids switch
    {
        IdIndex<string> text => writer.WriteAsync(field, Gather(text, indices)),
        IdIndex<int> integers => writer.WriteAsync<int>(field, Gather(integers, indices)),
        IdIndex<long> integers => writer.WriteAsync<long>(field, Gather(integers, indices)),
        IdIndex<Guid> uuids => writer.WriteAsync<Guid>(field, Gather(uuids, indices)),
        _ => throw new ArgumentOutOfRangeException(nameof(ids)),
    };

    /// <summary>Reads a column chunk of ids.</summary>
    public static async Task<IdIndex> ReadAsync(ParquetRowGroupReader reader, DataField field, IdType type, CancellationToken cancellation) => type switch
    {
        IdType.Text => new IdIndex<string>(await ReadTextAsync(reader, field, cancellation).ConfigureAwait(false)),
        IdType.Integer32 => new IdIndex<int>(await ReadAsync<int>(reader, field, cancellation).ConfigureAwait(false)),
        IdType.Integer64 => new IdIndex<long>(await ReadAsync<long>(reader, field, cancellation).ConfigureAwait(false)),
        IdType.Uuid => new IdIndex<Guid>(await ReadAsync<Guid>(reader, field, cancellation).ConfigureAwait(false)),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static async Task<T[]> ReadAsync<T>(ParquetRowGroupReader reader, DataField field, CancellationToken cancellation)
        where T : struct
    {
        var values = new T[reader.RowCount];
        await reader.ReadAsync<T>(field, values.AsMemory(), null, cancellation).ConfigureAwait(false);
        return values;
    }

    private static async Task<string[]> ReadTextAsync(ParquetRowGroupReader reader, DataField field, CancellationToken cancellation)
    {
        var values = new string?[reader.RowCount];
        await reader.ReadAsync(field, values.AsMemory(), null, cancellation).ConfigureAwait(false);
        return Array.ConvertAll(values, value => value ?? throw new ArgumentException($"column '{field.Name}' has a null id."));
    }

    private static T[] Gather<T>(IdIndex<T> ids, int[] indices)
        where T : notnull
    {
        var source = ids.Ids.Span;
        var gathered = new T[indices.Length];
        for (var i = 0; i < indices.Length; i++) gathered[i] = source[indices[i]];
        return gathered;
    }
}
