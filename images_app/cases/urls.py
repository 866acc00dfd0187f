from django.urls import path

from images_app.cases.views import desk, reports, statements

urlpatterns = [
    path("reports/images/<uuid:id>/", reports.report_image, name="report_image"),
    path("reports/comments/<uuid:id>/", reports.report_comment, name="report_comment"),
    path("reports/s/<str:token>/<uuid:id>/", reports.report_shared, name="report_shared"),
    path("reports/gallery/<uuid:id>/", reports.report_public, name="report_public"),
    path("reports/<str:number>/", reports.report, name="report"),
    path("desk/", desk.desk, name="desk"),
    path("desk/decisions/", desk.decisions, name="desk_decisions"),
    path("desk/undo/", desk.undo, name="desk_undo"),
    path("desk/<uuid:id>/opening/", desk.opening, name="desk_opening"),
    path("desk/<uuid:id>/picture/", desk.picture, name="desk_picture"),
    path("cases/<uuid:id>/", statements.statement, name="case"),
    path("cases/<uuid:id>/appeal/", statements.appeal, name="case_appeal"),
]
