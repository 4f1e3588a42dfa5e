namespace GpuAls;

/// <summary>Renames that are all done or all undone.</summary>
internal sealed class Moves
{
    private readonly Stack<StagedPath> _done = [];

    /// <summary>Runs some moves; when one is refused, those before it are undone, the last one first.</summary>
    public static void Run(Action<Moves> work)
    {
        var moves = new Moves();
        try
        {
            work(moves);
        }
        catch
        {
            while (moves._done.TryPop(out var move)) Rename(move.Final, move.Staging);
            throw;
        }
    }

    /// <summary>Gives a file or folder another name on the same volume.</summary>
    public void Move(string from, string to)
    {
        Rename(from, to);
        _done.Push(new StagedPath(from, to));
    }

    private static void Rename(string from, string to)
    {
        if (Directory.Exists(from)) Directory.Move(from, to);
        else File.Move(from, to);
    }
}
