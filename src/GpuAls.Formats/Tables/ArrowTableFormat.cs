using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace GpuAls.Formats;

/// <summary>
/// Tables of Arrow's IPC format: <c>id</c> and <c>factors: fixed_size_list&lt;float&gt;[rank]</c>. Files are written;
/// files, streams and Feather files are read.
/// </summary>
internal sealed class ArrowTableFormat() : FactorTableFormat("arrow", ".arrow", ".feather")
{
    /// <summary>Factors in a record batch.</summary>
    private const int BatchFloats = 1 << 22;

    /// <summary>How much larger than the file its uncompressed columns can be.</summary>
    private const long MostExpansion = 256;

    private const long LeastMemory = 1 << 20;

    private static ReadOnlySpan<byte> FileMagic => "ARROW1"u8;

    /// <inheritdoc/>
    protected override async Task WriteTableAsync(
        Stream stream, IdIndex ids, FactorMatrix factors, CancellationToken cancellation)
    {
        var type = new FixedSizeListType(new Field("item", FloatType.Default, nullable: false), factors.Rank);
        var schema = new Schema(
            [
                new Field(IdColumn, Ids(ids, 0, 0).Data.DataType, nullable: false),
                new Field(FactorsColumn, type, nullable: false),
            ], []);
        var counted = new CountedStream(stream);
        await using var closing = counted.ConfigureAwait(false);
        using var writer = new ArrowFileWriter(counted, schema, leaveOpen: true);
        await writer.WriteStartAsync(cancellation).ConfigureAwait(false);
        var batchRows = Math.Max(1, BatchFloats / factors.Rank);
        for (var first = 0; first < factors.RowCount; first += batchRows)
        {
            var count = Math.Min(batchRows, factors.RowCount - first);
            var part = factors.Rows(new RowRange(first, count)).Span;
            var values = new FloatArray(
                new ArrowBuffer(MemoryMarshal.AsBytes(part).ToArray()), ArrowBuffer.Empty, part.Length, 0, 0);
            using var batch = new RecordBatch(
                schema, [Ids(ids, first, count), new FixedSizeListArray(type, count, values, ArrowBuffer.Empty)],
                count);
            await writer.WriteRecordBatchAsync(batch, cancellation).ConfigureAwait(false);
        }

        await writer.WriteEndAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task<ForeignSide> ReadTableAsync(
        IByteSource file, string idColumn, CancellationToken cancellation)
    {
        var bytes = await file.ReadAllAsync(cancellation).ConfigureAwait(false);
        var memory = new BoundedAllocator(Math.Max(LeastMemory, bytes.Length * MostExpansion));
        using var reader = bytes.AsSpan().StartsWith(FileMagic)
            ? new ArrowFileReader(new MemoryStream(bytes), memory, new CompressionCodecFactory())
            : new ArrowStreamReader(new MemoryStream(bytes), memory, new CompressionCodecFactory(), leaveOpen: false);
        var (ids, factors) = (new List<IArrowArray>(), new GatheredFactors(file.Name));
        while (await reader.ReadNextRecordBatchAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            // The memory of a batch is kept until the ids are gathered.
            var fields = batch.Schema.FieldsList;
            var id = batch.Schema.GetFieldIndex(idColumn);
            if (id < 0) throw TableColumn.NoIds(file.Name, idColumn, fields.Select(field => field.Name));
            TableColumn[] columns = [.. fields.Select(Column)];
            columns[id] = columns[id] with { IsFloat = false };
            var chosen = TableColumn.Factors(file.Name, columns);
            ids.Add(batch.Column(id));
            var rank = chosen.Length;
            var values = columns[chosen[0]].IsList
                ? Lists(file, batch.Column(chosen[0]), out rank)
                : Interleave([.. chosen.Select(at => Floats(file, batch.Column(at)))], batch.Length);
            factors.Add(values, rank);
        }

        return factors.With(ArrowIds.Collect(file.Name, idColumn, ids));
    }

    private static TableColumn Column(Field field) => field.DataType switch
    {
        FixedSizeListType list => new TableColumn(field.Name, IsFloat(list.ValueDataType), IsList: true),
        ListType list => new TableColumn(field.Name, IsFloat(list.ValueDataType), IsList: true),
        LargeListType list => new TableColumn(field.Name, IsFloat(list.ValueDataType), IsList: true),
        var type => new TableColumn(field.Name, IsFloat(type), IsList: false),
    };

    private static bool IsFloat(IArrowType type) => type.TypeId is ArrowTypeId.Float or ArrowTypeId.Double;

    /// <summary>The elements of lists, which must all have the same length.</summary>
    private static float[] Lists(IByteSource file, IArrowArray column, out int rank)
    {
        rank = 0;
        if (column.NullCount > 0) throw FormatErrors.Damaged(file.Name, "has a row without factors");
        if (column is FixedSizeListArray fixedLists)
        {
            rank = ((FixedSizeListType)fixedLists.Data.DataType).ListSize;
            var all = Floats(file, fixedLists.Values);
            return all.AsSpan(checked(fixedLists.Offset * rank), checked(fixedLists.Length * rank)).ToArray();
        }

        long[] offsets = column switch
        {
            ListArray lists => System.Array.ConvertAll(
                lists.ValueOffsets[..(lists.Length + 1)].ToArray(), offset => (long)offset),
            LargeListArray lists => lists.ValueOffsets[..(lists.Length + 1)].ToArray(),
            _ => throw FormatErrors.Damaged(file.Name, "has factors in lists of another kind"),
        };
        if (offsets.Length < 2) return [];
        rank = checked((int)(offsets[1] - offsets[0]));
        for (var row = 1; row < offsets.Length; row++)
            if (offsets[row] - offsets[row - 1] != rank)
                throw FormatErrors.Damaged(
                    file.Name, $"has rows of different lengths, {rank} factors in the first of them");
        var values = Floats(file, column is ListArray narrow ? narrow.Values : ((LargeListArray)column).Values);
        return values.AsSpan(checked((int)offsets[0]), checked((int)(offsets[^1] - offsets[0]))).ToArray();
    }

    private static float[] Floats(IByteSource file, IArrowArray column)
    {
        if (column.NullCount > 0) throw FormatErrors.Damaged(file.Name, "has a factor that is null");
        return column switch
        {
            FloatArray floats => floats.Values.ToArray(),
            DoubleArray doubles => System.Array.ConvertAll(doubles.Values.ToArray(), value => (float)value),
            _ => throw FormatErrors.Damaged(file.Name, "has factors that are not floats"),
        };
    }

    private static float[] Interleave(float[][] columns, int rows)
    {
        var values = new float[(long)rows * columns.Length];
        for (var at = 0; at < columns.Length; at++)
            for (var row = 0; row < rows; row++) values[(row * columns.Length) + at] = columns[at][row];
        return values;
    }

    private static Apache.Arrow.Array Ids(IdIndex ids, int first, int count)
    {
        return ids switch
        {
            IdIndex<int> integers => new Int32Array(Buffer(integers), ArrowBuffer.Empty, count, 0, 0),
            IdIndex<long> integers => new Int64Array(Buffer(integers), ArrowBuffer.Empty, count, 0, 0),
            IdIndex<ulong> integers => new UInt64Array(Buffer(integers), ArrowBuffer.Empty, count, 0, 0),
            _ => new StringArray.Builder()
                .AppendRange(Enumerable.Range(first, count).Select(ids.Format), Encoding.UTF8).Build(),
        };

        ArrowBuffer Buffer<T>(IdIndex<T> numbers)
            where T : unmanaged =>
            new(MemoryMarshal.AsBytes(numbers.Ids.Span.Slice(first, count)).ToArray());
    }

    /// <summary>The writer asks how far it is, though it never goes back.</summary>
    private sealed class CountedStream(Stream to) : WriteOnlyStream
    {
        public override bool CanSeek => true;

        public override void Flush() => to.Flush();

        protected override void Put(ReadOnlySpan<byte> bytes) => to.Write(bytes);

        protected override ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
            to.WriteAsync(bytes, cancellation);
    }

    /// <summary>Memory for the columns of a file, whose headers may ask for any amount.</summary>
    private sealed class BoundedAllocator(long most) : MemoryAllocator
    {
        private long _used;

        protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            if (length > most - _used)
                throw new InvalidDataException(
                    $"its headers ask for more than {Counted.Of(most, "byte")}, which it cannot hold");
            _used += length;
            bytesAllocated = length;
            return new Block(new byte[length]);
        }

        private sealed record Block(Memory<byte> Memory) : IMemoryOwner<byte>
        {
            public void Dispose()
            {
            }
        }
    }
}
