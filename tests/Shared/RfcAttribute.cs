namespace IceSharp.TestMarks;

/// <summary>Marks a test with the ID of the RFC duty it proves; <c>docs/rfc-coverage.md</c> is generated from these.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class RfcAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
