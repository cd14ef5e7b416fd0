using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Approval;

/// <summary>The public surface of the core changes only when somebody means it to.</summary>
public sealed class PublicApiApprovalTests
{
    [Fact]
    public void The_public_surface_is_the_approved_one() =>
        ApprovedFile.ShouldBe("tests/IceSharp.Protocol.Tests/PublicApi.txt", PublicSurface.Describe(typeof(StunReader).Assembly));
}
