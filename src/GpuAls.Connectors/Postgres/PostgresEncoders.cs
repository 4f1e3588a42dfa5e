using System.Buffers;

namespace GpuAls.Connectors.Postgres;

/// <summary>Lists as binary COPY takes them, in the types of a table's columns.</summary>
internal sealed class PostgresListEncoder(
    WriteField users, WriteField items, PostgresType rank, PostgresType score) : IListEncoder
{
    /// <summary>Bytes of a row at first guess.</summary>
    private const int RowBytes = 48;

    private const int Fields = 4;

    public int BlockRows => 1 << 15;

    public ReadOnlyMemory<byte> Start() => CopyFormat.Start;

    public EncodedLists Encode(ListBlock block)
    {
        var (rows, user) = (new ArrayBufferWriter<byte>(RowBytes * block.MaximumRows), new ArrayBufferWriter<byte>());
        foreach (var list in block.Lists())
        {
            user.ResetWrittenCount();
            PostgresFields.WriteFieldCount(user, Fields);
            users(user, list.User);
            WriteList(rows, user.WrittenSpan, list);
        }

        return new EncodedLists(rows.WrittenMemory);
    }

    public void WrittenAt(EncodedLists block, long offset)
    {
        // Nothing depends on it.
    }

    public ReadOnlyMemory<byte> End() => CopyFormat.End;

    private void WriteList(ArrayBufferWriter<byte> rows, ReadOnlySpan<byte> user, in UserList list)
    {
        var scores = list.Scores.Span;
        for (var position = 0; position < scores.Length; position++)
        {
            rows.Write(user);
            items(rows, list.Items.Span[position]);
            PostgresFields.WriteInteger(rows, position + 1, rank);
            PostgresFields.WriteFloat(rows, scores[position], score);
        }
    }
}

/// <summary>The factors of a side as binary COPY takes them.</summary>
internal static class PostgresFactors
{
    private const int BlockBytes = 1 << 20;

    /// <param name="stream">Where the rows go.</param>
    /// <param name="ids">Writes the ids.</param>
    /// <param name="factors">[ids, rank].</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task WriteAsync(
        Stream stream, WriteField ids, FactorMatrix factors, CancellationToken cancellation)
    {
        await stream.WriteAsync(CopyFormat.Start, cancellation).ConfigureAwait(false);
        var rows = new ArrayBufferWriter<byte>(BlockBytes);
        for (var index = 0; index < factors.RowCount; index++)
        {
            PostgresFields.WriteFieldCount(rows, 2);
            ids(rows, index);
            PostgresFields.WriteFloats(rows, factors[index]);
            if (rows.WrittenCount < BlockBytes) continue;
            await stream.WriteAsync(rows.WrittenMemory, cancellation).ConfigureAwait(false);
            rows.ResetWrittenCount();
        }

        await stream.WriteAsync(rows.WrittenMemory, cancellation).ConfigureAwait(false);
        await stream.WriteAsync(CopyFormat.End, cancellation).ConfigureAwait(false);
    }
}

/// <summary>What binary COPY begins and ends with.</summary>
internal static class CopyFormat
{
    /// <summary>The signature, then no flags and no extension.</summary>
    public static ReadOnlyMemory<byte> Start { get; } = new byte[]
    {
        (byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0,
        0, 0, 0, 0, 0, 0, 0, 0,
    };

    /// <summary>A row of -1 fields.</summary>
    public static ReadOnlyMemory<byte> End { get; } = new byte[] { 0xff, 0xff };
}

/// <summary>Rows on their way to a server. What it refuses becomes a message.</summary>
/// <param name="stream">What the server takes.</param>
/// <param name="errors">Makes messages.</param>
/// <param name="what">What is done, as in "cannot write …".</param>
internal sealed class CopyInStream(Stream stream, PostgresErrors errors, string what) : WriteOnlyStream
{
    private bool _hasFailed;

    public override void Flush()
    {
        // The end of the rows flushes them.
    }

    /// <summary>Ends the rows; the server then checks what is left to check.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception) when (_hasFailed)
        {
            // What went wrong was told already.
        }
        catch (Exception exception) when (PostgresErrors.IsOfServer(exception))
        {
            throw errors.Of(exception, what);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Put(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

    protected override async ValueTask PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _hasFailed = true;
            if (!PostgresErrors.IsOfServer(exception)) throw;
            throw errors.Of(exception, what);
        }
    }
}
