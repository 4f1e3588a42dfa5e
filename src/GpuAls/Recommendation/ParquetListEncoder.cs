using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// Lists in the long form, one row for each listed item, in row groups of about a million rows. Parquet.Net takes a string for every
/// row and one row group after the other; here the ids of a row group are encoded once each, as its dictionary, and a list is one run
/// of its user.
/// </summary>
internal sealed class ParquetListEncoder(FactorModel model) : IListEncoder
{
    private readonly ParquetColumn[] _columns =
    [
        Ids("user", model.Users.Type), Ids("item", model.Items.Type), ParquetColumn.Integer("rank"), ParquetColumn.Float("score"),
    ];

    private readonly List<WrittenRowGroup> _groups = [];

    public int BlockRows => 1 << 20;

    public ReadOnlyMemory<byte> Start() => ParquetFooterWriter.Magic.ToArray();

    public EncodedLists Encode(ListBlock block)
    {
        UserList[] lists = [.. block.Lists().Where(list => list.Items.Length > 0)];
        var rows = lists.Sum(list => list.Items.Length);
        if (rows == 0) return new WrittenRowGroup(default, 0, []);
        var pages = new RowGroupPages(rows);
        AddUsers(pages, lists, block.Places);
        AddItems(pages, lists, rows);
        AddRanks(pages, lists, rows);
        AddScores(pages, lists, rows);
        return pages.Finish();
    }

    public void Place(EncodedLists block, long offset)
    {
        var group = (WrittenRowGroup)block;
        if (group.Rows > 0) _groups.Add(group with { Bytes = default, Chunks = [.. group.Chunks.Select(chunk => chunk.At(offset))] });
    }

    public ReadOnlyMemory<byte> End() => ParquetFooterWriter.Encode(_columns, _groups);

    private void AddUsers(RowGroupPages pages, UserList[] lists, int most)
    {
        var dictionary = new IdDictionary(model.Users);
        var codes = CodePage.OfRuns(most, lists.Length);
        foreach (var list in lists) codes.AddRun(dictionary.Code(list.User), list.Items.Length);
        pages.AddCoded(dictionary.Plain(), dictionary.Count, codes.Finish(0));
    }

    private void AddItems(RowGroupPages pages, UserList[] lists, int rows)
    {
        var dictionary = new IdDictionary(model.Items);
        var codes = CodePage.OfSingles(Math.Min(model.Items.Count, rows), rows);
        foreach (var list in lists)
            foreach (var item in list.Items.Span) codes.Add(dictionary.Code(item));
        pages.AddCoded(dictionary.Plain(), dictionary.Count, codes.Finish(rows));
    }

    private static void AddRanks(RowGroupPages pages, UserList[] lists, int rows)
    {
        var longest = lists.Max(list => list.Items.Length);
        var dictionary = new byte[longest * sizeof(int)];
        for (var place = 0; place < longest; place++) BinaryPrimitives.WriteInt32LittleEndian(dictionary.AsSpan(place * sizeof(int)), place + 1);
        var codes = CodePage.OfSingles(longest, rows);
        foreach (var list in lists)
            for (var place = 0; place < list.Items.Length; place++) codes.Add(place);
        pages.AddCoded(dictionary, longest, codes.Finish(rows));
    }

    private static void AddScores(RowGroupPages pages, UserList[] lists, int rows)
    {
        var values = new ArrayBufferWriter<byte>(rows * sizeof(float));
        foreach (var list in lists) values.Write(MemoryMarshal.AsBytes(list.Scores.Span));
        pages.AddPlain(values.WrittenSpan);
    }

    private static ParquetColumn Ids(string name, IdType type) => type switch
    {
        IdType.Text => ParquetColumn.Text(name),
        IdType.Integer32 => ParquetColumn.Integer(name),
        IdType.Integer64 => ParquetColumn.Long(name),
        IdType.Uuid => ParquetColumn.Uuid(name),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
