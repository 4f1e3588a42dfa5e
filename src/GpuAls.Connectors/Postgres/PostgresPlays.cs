using System.Buffers.Binary;

namespace GpuAls.Connectors.Postgres;

/// <summary>The columns of a query that are plays: what is copied, and how it is decoded.</summary>
internal sealed class PostgresPlays
{
    private readonly (IdType Type, AddId Add) _users;
    private readonly (IdType Type, AddId Add) _items;
    private readonly ReadWeight? _weights;
    private readonly (TimeKind Kind, ReadTime Read)? _times;
    private readonly ReadWeight? _events;

    /// <param name="name">What the query is called in messages.</param>
    /// <param name="schema">The columns that are plays.</param>
    /// <param name="query">The query.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="typeOf">The type of a column, with its name.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: a column has a type that is not read.</exception>
    public PostgresPlays(
        string name,
        InteractionSchema schema,
        string query,
        IReadOnlyList<string> columns,
        Func<string, (PostgresType Type, string Name)> typeOf)
    {
        _users = Ids(schema.UserColumn, "--user-column");
        _items = Ids(schema.ItemColumn, "--item-column");
        if (schema.WeightColumn is { } weight)
            _weights = PostgresColumns.Weights(typeOf(weight).Type)
                ?? throw Unread(weight, "--weight-column", PostgresColumns.ExpectedWeights);
        if (schema.TimeColumn is { } time)
            _times = PostgresColumns.Times(typeOf(time).Type)
                ?? throw Unread(time, "--time-column", PostgresColumns.ExpectedTimes);
        if (schema.EventColumn is { } kind)
            _events = PostgresColumns.Events(typeOf(kind).Type, schema.EventWeights!)
                ?? throw Unread(kind, "--event-column", PostgresColumns.ExpectedEvents);
        string[] wanted = [.. schema.Columns.Select(column => column.Name)];
        var list = string.Join(", ", wanted.Select(PostgresTable.Quote));
        // A query of exactly these columns is copied as it is, in whatever order it gives its rows.
        Copy = columns.SequenceEqual(wanted)
            ? $"COPY ({Trimmed(query)}\n) TO STDOUT (FORMAT BINARY)"
            : $"COPY (SELECT {list} FROM ({Trimmed(query)}\n) AS plays) TO STDOUT (FORMAT BINARY)";

        (IdType Type, AddId Add) Ids(string column, string option) => PostgresColumns.Ids(typeOf(column).Type)
            ?? throw Unread(column, option, PostgresColumns.ExpectedIds);

        GpuAlsException Unread(string column, string option, string expected) => ColumnErrors.Mistyped(
            name, column, typeOf(column).Name,
            $"{expected}. Cast it in --query, such as {PostgresTable.Quote(column)}::text", option);
    }

    /// <summary>The statement that sends the rows.</summary>
    public string Copy { get; }

    /// <summary>A query without the semicolon at its end.</summary>
    public static string Trimmed(string query) => query.TrimEnd().TrimEnd(';');

    /// <summary>Decodes rows; gives their memory back.</summary>
    public InteractionBatch Batch(string origin, InteractionSchema schema, CopyPiece piece, double fraction)
    {
        using var owned = piece;
        var builder = new RowBatchBuilder(origin, schema, _users.Type, _items.Type, piece.FirstRow, piece.Rows);
        try
        {
            var kind = _times?.Kind ?? default;
            var bytes = piece.Bytes;
            var hasTimes = false;
            for (var row = 0; row < piece.Rows; row++)
            {
                bytes = bytes[sizeof(short)..];
                Decode(ref bytes, builder, schema, ref kind, ref hasTimes);
            }

            return builder.Build(fraction);
        }
        catch
        {
            builder.Dispose();
            throw;
        }
    }

    private void Decode(
        ref ReadOnlySpan<byte> bytes,
        RowBatchBuilder builder,
        InteractionSchema schema,
        ref TimeKind kind,
        ref bool hasTimes)
    {
        const string isNull = "is null";
        var (column, weight, time) = (schema.UserColumn, 1.0, 0L);
        var problem = Next(ref bytes, out var value) ? _users.Add(value, builder.Users) : isNull;
        var hasItem = Next(ref bytes, out value);
        if (problem is null)
            (column, problem) = (schema.ItemColumn, hasItem ? _items.Add(value, builder.Items) : isNull);
        if (_weights is not null)
        {
            var hasWeight = Next(ref bytes, out value);
            if (problem is null)
                (column, problem) = (schema.WeightColumn!, hasWeight ? _weights(value, out weight) : isNull);
        }

        if (_times is not null)
        {
            var hasTime = Next(ref bytes, out value);
            if (problem is null)
            {
                (column, problem) = (
                    schema.TimeColumn!, hasTime ? _times.Value.Read(value, ref kind, !hasTimes, out time) : isNull);
                hasTimes |= problem is null;
            }
        }

        if (_events is not null)
        {
            var (hasEvent, factor) = (Next(ref bytes, out value), 1.0);
            if (problem is null)
                (column, problem) = (schema.EventColumn!, hasEvent ? _events(value, out factor) : isNull);
            weight *= factor;
        }

        builder.TimeKind = kind;
        if (problem is null) builder.Keep(weight, time);
        else builder.Reject(column, problem);
    }

    /// <summary>Takes the next field.</summary>
    /// <returns>False where it is NULL.</returns>
    private static bool Next(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> value)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        value = length < 0 ? default : bytes.Slice(sizeof(int), length);
        bytes = bytes[(sizeof(int) + value.Length)..];
        return length >= 0;
    }
}
