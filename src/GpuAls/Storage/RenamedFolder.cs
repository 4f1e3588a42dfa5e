namespace GpuAls;

/// <summary>The whole folder appears at once.</summary>
internal sealed class RenamedFolder(string final) : FolderPlacement(final)
{
    public override string Staging { get; } = OutputPaths.HiddenBeside(final);

    public override string? Place()
    {
        var old = OutputPaths.HiddenBeside(Final);
        Moves.Run(moves =>
        {
            if (Directory.Exists(Final)) moves.Move(Final, old);
            moves.Move(Staging, Final);
        });
        return DeleteOrName(old);
    }
}
