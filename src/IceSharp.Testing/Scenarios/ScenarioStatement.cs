namespace IceSharp.Testing;

/// <summary>A statement of a scenario and the line of the test that it stands on.</summary>
/// <param name="Text">The statement as it was written, in short.</param>
/// <param name="File">The source file.</param>
/// <param name="Line">The line in it.</param>
public sealed record ScenarioStatement(string Text, string File, int Line)
{
    /// <summary>"CallTests.cs:17: AddHost("laptop", "192.168.1.2", behind: "home")".</summary>
    public override string ToString() => $"{Path.GetFileName(File)}:{Line}: {Text}";
}
