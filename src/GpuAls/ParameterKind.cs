namespace GpuAls;

/// <summary>What the text of a parameter stands for.</summary>
internal enum ParameterKind
{
    /// <summary>An integer.</summary>
    Whole,

    /// <summary>A real number, written with a point.</summary>
    Real,

    /// <summary>One of some words.</summary>
    Word,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>Text that is not empty, such as the name of a file or a column.</summary>
    Text,

    /// <summary>Several texts.</summary>
    List,

    /// <summary>Text of a form of its own, such as <c>cuda:1</c> or <c>2GB</c>.</summary>
    Form,
}

/// <summary>Where help shows a parameter.</summary>
internal enum ParameterGroup
{
    /// <summary>What is read.</summary>
    Input,

    /// <summary>What lists hold.</summary>
    Lists,

    /// <summary>What is written.</summary>
    Output,

    /// <summary>What is trained.</summary>
    Model,

    /// <summary>How it is trained.</summary>
    Training,

    /// <summary>Which options are tried.</summary>
    Search,

    /// <summary>What is measured, and on which plays.</summary>
    Evaluation,

    /// <summary>How requests are answered.</summary>
    Serving,

    /// <summary>Where it is computed.</summary>
    Device,

    /// <summary>What is logged.</summary>
    Logging,

    /// <summary>Where options come from.</summary>
    Configuration,
}
